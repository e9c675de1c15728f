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

  write(plain: Uint8Array): void {
    if (plain.length > this.bytes.length - this.#at) throw changedError('the container', 'longer')
    this.bytes.set(plain, this.#at)
    this.#at += plain.length
  }

  finish(): void {}

  abort(): void {}
}
