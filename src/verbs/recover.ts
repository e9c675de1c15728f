// Saves what is left of a damaged container, whichever it is: as a sound one, or as plain bytes.

import { formatNpyHeader } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import { usage } from '../core/errors.js'
import { onlyReadError } from '../format/container.js'
import type { RecoverOptions, Recovery, RecoveryReport } from '../format/recovery.js'
import { BytesPlainSink } from '../sinks/plain.js'
import { type ContainerPlace, containerAt, nameOfPlace } from './open.js'
import { recoverByReading } from './recover-by-reading.js'

export type { RecoverOptions, RecoveryReport }

/** How plain bytes are saved. */
export interface SalvageOptions extends RecoverOptions {
  /** Leave out the `.npy` header of an array. */
  raw?: boolean
}

/** @throws BlpkError USAGE for a pipe */
export function checkRecoverable({ source }: ContainerPlace): void {
  if (!source.seekable) throw usage('a pipe can be read only once: save the damaged archive to a file')
}

async function recover(place: ContainerPlace, options: RecoverOptions): Promise<Recovery> {
  checkRecoverable(place)
  const container = await containerAt(place)
  return container.recover?.(place, options) ?? recoverByReading(container, place, options)
}

/**
 * Writes a sound container of what is left: good chunks as they are, without those that are lost, or with zeros for them.
 * The damaged one is only read.
 * @param open opens the output, once it is known that something is left
 * @throws BlpkError DAMAGED if nothing can be recovered, UNSUPPORTED, USAGE for a pipe, IO, INTERRUPTED, …; no output is
 * left then
 */
export async function repairInto(
  place: ContainerPlace,
  open: () => Promise<ByteSink>,
  options: RecoverOptions,
): Promise<RecoveryReport> {
  const { formats, pack } = await containerAt(place)
  const [format] = formats
  if (pack === undefined && format !== undefined) throw onlyReadError(format, nameOfPlace(place))
  const { report, writeSound } = await recover(place, options)
  await writeSound(await open(), options)
  return report
}

/**
 * Writes the plain bytes of what is left, without those that are lost, or with zeros for them. An array whose rows are left
 * becomes a `.npy` file of them.
 * @param open opens the output, once it is known that something is left, and if it is a `.npy` file
 * @throws BlpkError as {@link repairInto}
 */
export async function salvageInto(
  place: ContainerPlace,
  open: (npy: boolean) => Promise<ByteSink>,
  { raw = false, ...options }: SalvageOptions,
): Promise<RecoveryReport> {
  const recovery = await recover(place, { ...options, readable: true })
  const layout = raw ? undefined : recovery.layout()
  const prefix = layout && formatNpyHeader(layout)
  await recovery.writePlain(new BytesPlainSink(await open(prefix !== undefined), prefix), options)
  return recovery.report
}
