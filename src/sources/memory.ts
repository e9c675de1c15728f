// Reads bytes in memory.

import type { ByteSource } from '../bytes/byte-source.js'

/** Bytes in memory. */
export class MemorySource implements ByteSource {
  readonly name: string
  readonly seekable = true
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, name = 'memory') {
    this.#bytes = bytes
    this.name = name
  }

  get size(): number {
    return this.#bytes.length
  }

  read(position: number, into: Uint8Array): number {
    const piece = this.#bytes.subarray(position, position + into.length)
    into.set(piece)
    return piece.length
  }

  /** Releases what it holds open. */
  close(): void {}

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
