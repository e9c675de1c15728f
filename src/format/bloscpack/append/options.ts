// What an append to an archive is told, by the names that archives give the options.

import { type CodecOptions, checkCodecOptions, type RunOptions } from '../../../engine/options.js'
import { checkAppendId } from '../../append-ids.js'
import type { MetadataChange } from '../../array-metadata.js'
import type { AppendResult } from '../../change.js'

/** Options of an append to an archive. */
export interface ArchiveAppendOptions extends CodecOptions, RunOptions {
  /** Metadata as JSON text, in place of those in the archive; or what makes them of these. */
  metadata?: MetadataChange
  grow?: boolean
  raw?: boolean
  maxChunk?: number
  appendId?: string
}

/** What was appended to an archive, where room is limited. */
export type ArchiveAppendResult = AppendResult & { room: number }

/** @throws BlpkError USAGE */
export function checkAppendOptions(o: ArchiveAppendOptions): void {
  checkCodecOptions(o)
  if (o.appendId !== undefined) checkAppendId(o.appendId)
}
