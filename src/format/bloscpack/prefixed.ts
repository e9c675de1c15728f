// Plain bytes in front of a source, for an append that packs the last chunk again.

import type { PlainSource } from '../../sources/plain.js'

/** A source of known size with bytes in front: the plain tail of an archive, then what is appended to it. */
export class PrefixedSource implements PlainSource {
  readonly name: string
  readonly size: number | undefined
  readonly typesize: number | undefined
  readonly metadata: string | undefined
  readonly #source: PlainSource
  #prefix: Uint8Array

  constructor(prefix: Uint8Array, source: PlainSource) {
    this.name = source.name
    this.size = source.size === undefined ? undefined : source.size + prefix.length
    this.typesize = source.typesize
    this.metadata = source.metadata
    this.#prefix = prefix
    this.#source = source
  }

  async sample(nbytes: number): Promise<Uint8Array> {
    const rest = await this.#source.sample(Math.max(0, nbytes - this.#prefix.length))
    return Buffer.concat([this.#prefix.subarray(0, nbytes), rest])
  }

  async read(into: Uint8Array): Promise<number> {
    const piece = this.#prefix.subarray(0, into.length)
    into.set(piece)
    this.#prefix = this.#prefix.subarray(piece.length)
    return piece.length + (await this.#source.read(into.subarray(piece.length)))
  }

  close(): void | Promise<void> {
    return this.#source.close()
  }
}
