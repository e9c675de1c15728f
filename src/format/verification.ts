// The options and the result of verifying a container.

import type { RunOptions } from '../engine/options.js'
import type { Finding } from './damage/finding.js'

export interface VerifyOptions extends RunOptions {
  /** Also decompress every chunk. By default, only structure and checksums (if present) are checked. */
  deep?: boolean
  /** Refuse chunks of more plain bytes than this. Default: 2 GiB. */
  maxChunk?: number
}

/** Result of a verification. */
export interface VerifyReport {
  /** Whether no finding is damage. */
  ok: boolean
  findings: Finding[]
  /** Chunks that were checked. */
  nchunks: number
  /** Of these, chunks that are sound. */
  sound: number
  /** Name of the checksum. `None` means that only the structure could be checked without `deep`. */
  checksum: string
  deep: boolean
}
