// Options for creating an `NDArray`.

import type { FrameChecksum } from '../../chunks/checksums.js'
import type { CompressionOptions } from '../../chunks/cparams.js'

/** Options of a new array. */
export interface NDArrayOptions extends CompressionOptions {
  /** Shape of chunks and blocks, in items. Default: chosen by a rule similar to python-blosc2's. */
  chunks?: readonly number[]
  blocks?: readonly number[]
  /** Additional fixed metalayers. */
  meta?: Iterable<readonly [string, Uint8Array]>
  /** `xxh64` (default) stores a checksum of each chunk in a metalayer of blpk; `none` does not. */
  checksum?: FrameChecksum
}
