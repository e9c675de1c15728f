// What checking a container is asked to do, and what it found.

import type { RunOptions } from '../engine/options.js'
import type { Finding } from './damage/finding.js'

export interface VerifyOptions extends RunOptions {
  /** Decompress every chunk too; by default only structure and checksums are checked, where there are some. */
  deep?: boolean
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
}

/** What a verification found. */
export interface VerifyReport {
  /** No finding is damage. */
  ok: boolean
  findings: Finding[]
  /** Chunks that were looked at. */
  nchunks: number
  /** Of them, those that are sound. */
  sound: number
  /** Name of the checksum; `None` means that nothing but the structure could be checked without `deep`. */
  checksum: string
  deep: boolean
}
