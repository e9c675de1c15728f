// Allows looking at the first bytes of a stream before reading them.

import type { ByteSource } from '../bytes/byte-source.js'

/** A source that is read once, in order, but whose first bytes can be inspected before. */
export class PeekedSource implements ByteSource {
  readonly name: string
  readonly size: number | undefined
  readonly seekable = false
  declare readonly onlyWhole?: string
  readonly #source: ByteSource
  readonly #front: Uint8Array

  private constructor(source: ByteSource, front: Uint8Array) {
    this.name = source.name
    this.size = source.size
    if (source.onlyWhole !== undefined) this.onlyWhole = source.onlyWhole
    this.#source = source
    this.#front = front
  }

  /** @param nbytes how many of the first bytes can be read again */
  static async open(source: ByteSource, nbytes: number): Promise<PeekedSource> {
    const front = new Uint8Array(nbytes)
    return new PeekedSource(source, front.subarray(0, await source.read(0, front)))
  }

  async read(position: number, into: Uint8Array): Promise<number> {
    const known = this.#front.subarray(position, position + into.length)
    into.set(known)
    if (known.length === into.length) return known.length
    return known.length + (await this.#source.read(position + known.length, into.subarray(known.length)))
  }

  close(): void | Promise<void> {
    return this.#source.close()
  }
}
