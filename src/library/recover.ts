// Recovers data from damaged containers.

import type { ByteSink } from '../bytes/byte-sink.js'
import { interrupted } from '../core/errors.js'
import type { ReadOptions } from '../disk/read-archive.js'
import type { RecoveryReport } from '../format/recovery.js'
import type { Readable } from '../places/open.js'
import type { Content } from '../sinks/replaceable.js'
import { type ContainerPlace, openPlace } from '../verbs/open.js'
import {
  type RecoverOptions,
  repairInto,
  type SalvageOptions as SalvageIntoOptions,
  salvageInto,
} from '../verbs/recover.js'
import { type OutputOptions, openOutputSink, type Writable } from './outputs.js'

/** Options of `repair`. */
export interface RepairOptions
  extends Omit<RecoverOptions, 'readable'>,
    OutputOptions,
    Pick<ReadOptions, 'onNote'> {}

/** Options of `salvage`. */
export interface SalvageOptions extends RepairOptions, Pick<SalvageIntoOptions, 'raw'> {}

async function withPlace(
  from: Readable,
  to: Writable,
  content: Content,
  options: RepairOptions,
  save: (place: ContainerPlace, open: () => Promise<ByteSink>) => Promise<RecoveryReport>,
): Promise<RecoveryReport> {
  const place = await openPlace(from, options)
  try {
    return await save(place, () => openOutputSink(to, content, [place], options))
  } catch (error) {
    throw interrupted(error, options.signal)
  } finally {
    await place.source.close()
  }
}

/**
 * Writes a repaired copy of a container: good chunks are copied as they are, lost ones are left out or replaced by zeros.
 * The damaged container is only read.
 * @param from a path or address, bytes, or a source, which is closed afterwards
 * @param to a path, `s3://bucket/key`, or a sink
 * @returns what was kept and what is lost; the output is written in either case
 * @throws BlpkError DAMAGED if nothing can be recovered, UNSUPPORTED for a chunk with an unknown codec, SAME_FILE, EXISTS,
 * NOT_FOUND, IO, …; no output is left then
 * @example
 * ```ts
 * import { repair } from 'blpk'
 *
 * const { findings } = await repair('damaged.blp', 'repaired.blp')
 * ```
 */
export function repair(from: Readable, to: Writable, options: RepairOptions = {}): Promise<RecoveryReport> {
  return withPlace(from, to, 'archive', options, (place, open) => repairInto(place, open, options))
}

/**
 * Unpacks what is left of a damaged container: lost chunks are left out, or become zeros. If whole rows of an array are
 * left, the output is a `.npy` file of them, unless `raw` is set; otherwise it is plain bytes.
 * @param from as for {@link repair}
 * @param to a path, `s3://bucket/key`, or a sink
 * @returns what was unpacked and what is lost; the output is written in either case
 * @throws BlpkError as {@link repair}
 */
export function salvage(from: Readable, to: Writable, options: SalvageOptions = {}): Promise<RecoveryReport> {
  return withPlace(from, to, 'plain', options, (place, open) => salvageInto(place, open, options))
}
