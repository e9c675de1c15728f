// Collects plain bytes in a buffer of the caller.

import { changedError } from '../core/errors.js'
import type { PlainSink } from '../sinks/plain.js'

/** Fills a buffer, which is known to be as long as what is written. */
export class BufferSink implements PlainSink {
  readonly bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** Threads fill it themselves, if they share it. */
  room(nbytes: number): Uint8Array {
    if (nbytes > this.bytes.length - this.#at) throw changedError('the container', 'longer')
    this.#at += nbytes
    return this.bytes.subarray(this.#at - nbytes, this.#at)
  }

  write(plain: Uint8Array): void {
    this.room(plain.length).set(plain)
  }

  finish(): void {}

  abort(): void {}
}
