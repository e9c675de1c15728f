// `PlainSink`, the interface of everything that takes plain bytes, and the one over a byte sink.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'

/** Where plain bytes go, in order. */
export interface PlainSink {
  /** The bytes may be reused as soon as the promise is kept. */
  write(plain: Uint8Array): MaybePromise<void>
  /** Takes the next bytes of a file, for another thread to write them there; undefined where that is not possible. */
  reserve?(nbytes: number): MaybePromise<FilePlace | undefined>
  /** Makes them lasting and visible. */
  finish(): MaybePromise<void>
  /** Leaves nothing behind. */
  abort(): MaybePromise<void>
}

/** Plain bytes into a place, behind a header such as that of a `.npy`. */
export class BytesPlainSink implements PlainSink {
  readonly #sink: ByteSink
  #prefix: Uint8Array | undefined

  constructor(sink: ByteSink, prefix?: Uint8Array) {
    this.#sink = sink
    this.#prefix = prefix
  }

  /** Tells the place how many plain bytes come, where it is known; before the first write. */
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
