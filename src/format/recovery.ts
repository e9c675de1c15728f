// The result of recovering a damaged container.

import type { NdarrayLayout } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSink } from '../sinks/plain.js'
import type { Finding } from './damage/finding.js'

/** How a damaged container is searched for usable data. */
export interface RecoverOptions extends RunOptions {
  /** Ignore chunks that claim more plain bytes than this. Default: 2 GiB. */
  maxChunk?: number
  /** `zeros`: replace lost chunks by zeros, so that the following data keep their positions. */
  fill?: 'zeros'
  /** Plain bytes are wanted: chunks that cannot be decompressed here count as lost. */
  readable?: boolean
}

/** What was recovered and what was not. */
export interface RecoveryReport {
  /** No data or metadata were lost. */
  ok: boolean
  findings: Finding[]
  /** Chunks that were kept unchanged. */
  kept: number
  /** Lost chunks. */
  lost: number
  /** Of these, chunks that were replaced by zeros. */
  filled: number
  /** Plain bytes written. */
  nbytes: number
}

/** The usable data of a damaged container, ready to be written. */
export interface Recovery {
  report: RecoveryReport
  /** The remaining array; undefined for plain bytes. @throws BlpkError DAMAGED if it cannot be described */
  layout(): NdarrayLayout | undefined
  /** Writes a sound container of the same kind. */
  writeSound(sink: ByteSink, options: RunOptions): Promise<void>
  /** Writes the plain bytes. */
  writePlain(sink: PlainSink, options: RunOptions): Promise<void>
}
