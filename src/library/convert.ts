// Converts a container to another format, and joins several containers into one.

import type { ReadOptions } from '../disk/read-archive.js'
import type { Opened, OpenOptions } from '../format/opened.js'
import type { ConcatResult } from '../format/output.js'
import type { PackOptions } from '../format/pack-options.js'
import type { Readable } from '../places/open.js'
import { holdSource } from '../sources/held.js'
import { concat as concatOpened } from '../verbs/concat.js'
import { convert as convertOpened } from '../verbs/convert.js'
import type { ArrayDescription } from '../verbs/described.js'
import { type ContainerPlace, containerAt, openPlace } from '../verbs/open.js'
import { formatFor } from './compress.js'
import { type OutputOptions, outputTo, type Writable } from './outputs.js'

/** Options of `concat`. */
export interface ConcatOptions extends PackOptions, OutputOptions, Pick<OpenOptions, 'maxChunk'> {
  /** `blp`, `b2frame`, `b2nd`, or that of a container of your own. Default: what the name says, else `blp`. */
  format?: string
}

/** Options of `convert`. */
export interface ConvertOptions extends ConcatOptions, ArrayDescription {}

/** An open container that can be read at any position. */
interface OpenedAt {
  place: ContainerPlace
  opened: Opened
}

async function openSeekable(from: Readable, o: ConcatOptions & ReadOptions): Promise<OpenedAt> {
  const { threads, maxChunk } = o
  const place = await openPlace(from, { ...o, onNote: () => {} })
  const { source: given } = place
  let source = given
  try {
    if (!given.seekable) {
      source = await holdSource(given)
      await given.close()
    }
    const held = { ...place, source }
    const opened = await (await containerAt(place)).open(held, {
      ...(threads !== undefined && { threads }),
      ...(maxChunk !== undefined && { maxChunk }),
    })
    return { place: held, opened }
  } catch (error) {
    await source.close()
    throw error
  }
}

/**
 * Writes the content of a container in another format. Chunks are copied as they are if the other format can hold them and
 * no option asks for other compression; otherwise they are compressed again.
 * @param to a path, `s3://bucket/key`, or a sink; the name decides the format
 * @returns sizes in bytes, and how many chunks were copied
 * @throws BlpkError USAGE, DAMAGED, CHECKSUM, UNSUPPORTED, NOT_FOUND, EXISTS, SAME_FILE, IO, …; no output is left then
 * @example
 * ```ts
 * import { convert } from 'blpk'
 *
 * await convert('data.npy.blp', 'data.b2nd', { chunks: [1000, 4] })
 * ```
 */
export async function convert(
  from: Readable,
  to: Writable,
  options: ConvertOptions = {},
): Promise<ConcatResult> {
  const { format, overwrite: _, ...packing } = options
  const { place, opened } = await openSeekable(from, options)
  try {
    const output = outputTo(to, [place], options)
    return await convertOpened(opened, output, formatFor(output.name, format), packing)
  } finally {
    await opened.close()
  }
}

/**
 * Joins containers into one; arrays are joined along axis 0. Chunks are copied as they are whenever that is possible.
 * @param from at least one
 * @param to a path, `s3://bucket/key`, or a sink; the name decides the format
 * @returns sizes in bytes, and how many chunks were copied
 * @throws BlpkError USAGE if they do not go together; otherwise as {@link convert}
 * @example
 * ```ts
 * import { concat } from 'blpk'
 *
 * await concat(['part-0.npy.blp', 'part-1.npy.blp'], 'whole.npy.blp')
 * ```
 */
export async function concat(
  from: readonly Readable[],
  to: Writable,
  options: ConcatOptions = {},
): Promise<ConcatResult> {
  const { format, overwrite: _, ...packing } = options
  const all: OpenedAt[] = []
  try {
    for (const one of from) all.push(await openSeekable(one, options))
    const output = outputTo(
      to,
      all.map(({ place }) => place),
      options,
    )
    const parts = all.map(({ opened }) => opened)
    return await concatOpened(parts, output, formatFor(output.name, format), packing)
  } finally {
    for (const { opened } of all) await opened.close()
  }
}
