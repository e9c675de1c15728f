import type { LockOptions } from '../../../disk/changing-file.js'
import { type CodecOptions, checkCodecOptions, type RunOptions } from '../../../engine/options.js'
import { checkAppendId } from '../../append-ids.js'
import type { MetadataChange } from '../../array-metadata.js'

/** Options of an append. */
export interface AppendOptions extends CodecOptions, RunOptions, LockOptions {
  /** Metadata as JSON text, in place of those in the archive; or what makes them of these. */
  metadata?: MetadataChange
  /** Where the room for chunks or metadata is used up: rewrite the archive with ten times the room. */
  grow?: boolean
  /** Append plain bytes to an archive of a NumPy array: whole rows of it. */
  raw?: boolean
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
  /**
   * Name of this append, kept in the metadata: an append whose id is in the archive already does nothing.
   * The last 1000 are remembered.
   */
  appendId?: string
}

/** What was appended. */
export interface AppendResult {
  /** Plain bytes appended. */
  nbytes: number
  /** Plain bytes of the archive now. */
  totalBytes: number
  /** Chunks of the archive now. */
  nchunks: number
  /** Chunks that can still be appended. */
  room: number
  /** Was the archive rewritten with more room? */
  grown: boolean
  /** Was an append with this id in the archive already, so that nothing was done? */
  skipped: boolean
}

/** @throws BlpkError USAGE */
export function checkAppendOptions(o: AppendOptions): void {
  checkCodecOptions(o)
  if (o.appendId !== undefined) checkAppendId(o.appendId)
}
