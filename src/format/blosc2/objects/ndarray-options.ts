// Options for creating an `NDArray`.

import type { FrameChecksum } from '../chunks/checksums.js'
import type { CompressionOptions } from '../chunks/cparams.js'

/** How a new array is made. */
export interface NDArrayOptions extends CompressionOptions {
  /** Shape of chunks and blocks, in items; a rule as good as python-blosc2's where they are not given. */
  chunks?: readonly number[]
  blocks?: readonly number[]
  /** More fixed metalayers. */
  meta?: Iterable<readonly [string, Uint8Array]>
  /** `xxh64` (default) keeps a checksum of each chunk in a metalayer of ours; `none` does not. */
  checksum?: FrameChecksum
}
