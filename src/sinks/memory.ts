// Collects bytes in memory.

import type { ByteSink } from '../bytes/byte-sink.js'

/** Collects bytes in memory. */
export class MemorySink implements ByteSink {
  readonly name = 'memory'
  readonly seekable = true
  #bytes = new Uint8Array(1 << 16)
  #size = 0

  /** The bytes that were written, without a copy. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  write(bytes: Uint8Array): void {
    this.#reserve(this.#size + bytes.length)
    this.#bytes.set(bytes, this.#size)
    this.#size += bytes.length
  }

  patch(position: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, position)
  }

  makeRoom(position: number, nbytes: number): void {
    this.#reserve(this.#size + nbytes)
    this.#bytes.copyWithin(position + nbytes, position, this.#size)
    this.#size += nbytes
  }

  commit(): void {}

  discard(): void {
    this.#size = 0
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(size, this.#bytes.length * 2))
    larger.set(this.bytes)
    this.#bytes = larger
  }
}
