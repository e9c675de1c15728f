// What is left of a damaged container.

import type { NdarrayLayout } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSink } from '../sinks/plain.js'
import type { Finding } from './damage/finding.js'

/** How what is left of a damaged container is looked for. */
export interface RecoverOptions extends RunOptions {
  /** Chunks of more plain bytes than this are not believed, default 2 GiB. */
  maxChunk?: number
  /** `zeros`: lost chunks are replaced by zeros, so that what follows stays in its place. */
  fill?: 'zeros'
  /** Plain bytes are wanted: chunks that cannot be decompressed here count as lost. */
  readable?: boolean
}

/** What was recovered, and what was not. */
export interface RecoveryReport {
  /** Nothing of the data and metadata was lost. */
  ok: boolean
  findings: Finding[]
  /** Chunks that were kept as they are. */
  kept: number
  /** Chunks that are lost. */
  lost: number
  /** Of them, those that zeros stand for. */
  filled: number
  /** Plain bytes of what was written. */
  nbytes: number
}

/** What is left of a damaged container, ready to be written. */
export interface Recovery {
  report: RecoveryReport
  /** The array that is left; undefined if there are plain bytes. @throws BlpkError DAMAGED if it cannot be described */
  layout(): NdarrayLayout | undefined
  /** Writes a sound container of the same kind. */
  writeSound(sink: ByteSink, options: RunOptions): Promise<void>
  /** Writes the plain bytes. */
  writePlain(sink: PlainSink, options: RunOptions): Promise<void>
}
