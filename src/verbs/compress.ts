// Packs plain bytes into a container of any kind.

import type { ByteSource } from '../bytes/byte-source.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { checkOptions } from '../format/check-options.js'
import type { Output, PackResult } from '../format/output.js'
import type { PackOptions } from '../format/pack-options.js'
import { packerOf } from '../format/registry.js'
import type { Format } from '../format/traits.js'
import { openPlain } from '../sources/npy.js'
import type { PlainSource } from '../sources/plain.js'
import { type ArrayDescription, withDescribed } from './described.js'
import { packIntoOutput } from './pack-into-output.js'

export type { PackResult, PlainSource }

export interface CompressOptions extends PackOptions, ArrayDescription {
  /** Take a `.npy` file as plain bytes. */
  raw?: boolean
  /** Called before anything is read beyond the first bytes. */
  onOpened?: (plain: PlainSource) => MaybePromise<void>
}

/**
 * Packs plain bytes, or the array that they are or that options make of them.
 * @param plain stays open
 * @throws BlpkError USAGE, UNSUPPORTED, IO, …; nothing is left behind then
 */
export async function compressPlain(
  plain: PlainSource,
  output: Output,
  format: Format,
  o: PackOptions & ArrayDescription = {},
): Promise<PackResult> {
  checkOptions(format, o)
  const container = await packerOf(format)
  return withDescribed(plain, o, (source) => packIntoOutput(container, { source, output, format, o }))
}

/**
 * Packs a source. A `.npy` file is packed as the array that it holds.
 * @param source plain bytes, or a `.npy` file; it stays open
 * @throws BlpkError USAGE, UNSUPPORTED, DAMAGED, IO, …; nothing is left behind then
 */
export async function compress(
  source: ByteSource,
  output: Output,
  format: Format,
  o: CompressOptions = {},
): Promise<PackResult> {
  checkOptions(format, o)
  const plain = await openPlain(source, { raw: o.raw === true })
  await o.onOpened?.(plain)
  return compressPlain(plain, output, format, o)
}
