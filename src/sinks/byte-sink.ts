import type { MaybePromise } from '../codecs/codec.js'
import type { FilePlace } from '../sources/file-place.js'

/** A place that bytes are written to. What was written counts only from `commit` on. */
export interface ByteSink {
  /** How messages call it. */
  readonly name: string
  /** Can bytes that were written be patched? */
  readonly seekable: boolean
  /** Writes at the end. The bytes may be reused as soon as the promise is kept. */
  write(bytes: Uint8Array): MaybePromise<void>
  /** Overwrites bytes that were written before; only where `seekable`. */
  patch(position: number, bytes: Uint8Array): MaybePromise<void>
  /** Moves everything from `position` on back by `nbytes`, where the place can do that. */
  makeRoom?(position: number, nbytes: number): MaybePromise<void>
  /** Takes the next bytes of the file, for another thread to write them there. */
  reserve?(nbytes: number): FilePlace
  /** Makes all of it lasting and visible. */
  commit(): MaybePromise<void>
  /** Leaves the place as it was before the first write. */
  discard(): MaybePromise<void>
}
