// Fetches the end of a remote place at once.

import type { ByteSource, ByteSpan } from '../bytes/byte-source.js'

/** How much of the end is fetched at once: index and trailer of most frames. */
const TAIL_BYTES = 64 * 1024

/**
 * A source whose last bytes are fetched at once, when any of them is needed: a frame ends with its
 * description, which is read in small pieces from the end.
 */
export class TailSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true
  readonly #source: ByteSource
  #tail: Promise<Uint8Array> | undefined

  constructor(source: ByteSource, size: number) {
    this.name = source.name
    this.size = size
    this.#source = source
  }

  async read(position: number, into: Uint8Array): Promise<number> {
    const start = Math.max(0, this.size - TAIL_BYTES)
    if (position < start || position >= this.size) return this.#source.read(position, into)
    this.#tail ??= this.#fetch(start)
    const part = (await this.#tail).subarray(position - start, position - start + into.length)
    into.set(part)
    return part.length
  }

  async #fetch(start: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.size - start)
    return bytes.subarray(0, await this.#source.read(start, bytes))
  }

  willRead(start: number, stop: number): void {
    this.#source.willRead?.(start, stop)
  }

  willReadParts(ranges: readonly ByteSpan[]): void {
    const end = Math.max(0, this.size - TAIL_BYTES)
    this.#source.willReadParts?.(ranges.map(([start, stop]) => [start, Math.min(stop, end)]))
  }

  close(): void | Promise<void> {
    return this.#source.close()
  }
}

/** Fetches the end of a remote place at once. */
export function withTail(source: ByteSource): ByteSource {
  const { size, willRead } = source
  return willRead === undefined || size === undefined ? source : new TailSource(source, size)
}
