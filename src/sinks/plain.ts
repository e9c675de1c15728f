// `PlainSink`, the interface for writing plain bytes, and its implementation over a byte sink.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'

/** A sink of plain bytes, in order. */
export interface PlainSink {
  /** The bytes may be reused once the promise resolves. */
  write(plain: Uint8Array): MaybePromise<void>
  /**
   * Reserves the next bytes in a file, so that another thread can write them there; undefined if not
   * possible.
   */
  reserve?(nbytes: number): MaybePromise<FilePlace | undefined>
  /** The memory for the next bytes, for which `write` is not called then. Threads fill it, if they share it. */
  room?(nbytes: number): Uint8Array
  /** Flushes the bytes and makes them visible. */
  finish(): MaybePromise<void>
  /** Discards what was written. */
  abort(): MaybePromise<void>
}

/** Writes plain bytes to a place, after a header such as that of a `.npy` file. */
export class BytesPlainSink implements PlainSink {
  readonly #sink: ByteSink
  #prefix: Uint8Array | undefined

  constructor(sink: ByteSink, prefix?: Uint8Array) {
    this.#sink = sink
    this.#prefix = prefix
  }

  /** Announces the number of plain bytes to come, if known. Call it before the first write. */
  expect(nbytes: number | undefined): void {
    const most = nbytes === undefined ? undefined : nbytes + (this.#prefix?.length ?? 0)
    this.#sink.expect?.({ front: 0, most })
  }

  write(plain: Uint8Array): MaybePromise<void> {
    return this.#prefix === undefined ? this.#sink.write(plain) : this.#behindPrefix(plain)
  }

  async #behindPrefix(plain: Uint8Array): Promise<void> {
    const prefix = this.#prefix
    this.#prefix = undefined
    if (prefix !== undefined) await this.#sink.write(prefix)
    await this.#sink.write(plain)
  }

  async reserve(nbytes: number): Promise<FilePlace | undefined> {
    if (this.#sink.reserve === undefined) return undefined
    if (this.#prefix !== undefined) await this.#behindPrefix(new Uint8Array(0))
    return this.#sink.reserve(nbytes)
  }

  async finish(): Promise<void> {
    await this.#behindPrefix(new Uint8Array(0))
    await this.#sink.commit()
  }

  abort(): MaybePromise<void> {
    return this.#sink.discard()
  }
}
