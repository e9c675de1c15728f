// Unpacks containers or parts of them.

import type { ReadOptions } from '../disk/read-archive.js'
import type { RunOptions } from '../engine/options.js'
import type { OpenOptions } from '../format/opened.js'
import { type Selection, selectionOf } from '../format/selection.js'
import type { Readable } from '../places/open.js'
import { MemorySink } from '../sinks/memory.js'
import { type DecompressResult, openToUnpack, unpackInto } from '../verbs/decompress.js'
import { openPlace } from '../verbs/open.js'
import { isWritable, type OutputOptions, openOutputSink, type Writable } from './outputs.js'

/** What is unpacked, and how. Of `bytes`, `items` and `slice` one at most is given; without them it is all. */
export interface DecompressOptions
  extends RunOptions,
    OutputOptions,
    Selection,
    Pick<OpenOptions, 'maxChunk' | 'dtype'>,
    Pick<ReadOptions, 'onNote'> {}

function openOptions({ threads, maxChunk, dtype }: DecompressOptions): OpenOptions {
  return {
    ...(threads !== undefined && { threads }),
    ...(maxChunk !== undefined && { maxChunk }),
    ...(dtype !== undefined && { dtype }),
  }
}

async function openFrom(from: Readable, part: Selection, o: DecompressOptions) {
  const place = await openPlace(from, o)
  try {
    return { place, data: await openToUnpack(place, part, openOptions(o)) }
  } catch (error) {
    await place.source.close()
    throw error
  }
}

/**
 * Unpacks a container, or a part of it or of a `.npy` file. An array becomes a `.npy` file, unless `raw` is set.
 * @param from a path or address, bytes, a stream, or a source, which is closed afterwards
 * @param to a path, `s3://bucket/key`, or a sink
 * @throws BlpkError DAMAGED or CHECKSUM with the chunk and its position in bytes; UNSUPPORTED, USAGE, NOT_FOUND, EXISTS,
 * SAME_FILE, IO, NO_SPACE, DENIED, NETWORK, INTERRUPTED; no output is left then
 * @example
 * ```ts
 * import { decompress } from 'blpk'
 *
 * await decompress('data.npy.blp', 'data.npy', { overwrite: true })
 * const bytes = await decompress('data.npy.blp', { items: { start: 0, stop: 10 } }) // the first 10 items, in memory
 * ```
 */
export function decompress(
  from: Readable,
  to: Writable,
  options?: DecompressOptions,
): Promise<DecompressResult>
/**
 * Unpacks into memory. The bytes of an array come without a header.
 */
export function decompress(from: Readable, options?: DecompressOptions): Promise<Uint8Array>
export async function decompress(
  from: Readable,
  to: Writable | DecompressOptions = {},
  options: DecompressOptions = {},
): Promise<DecompressResult | Uint8Array> {
  const o = isWritable(to) ? options : to
  const part = isWritable(to) ? selectionOf(o) : { ...selectionOf(o), raw: true }
  const memory = new MemorySink()
  const opened = await openFrom(from, part, o)
  try {
    const open = async () => (isWritable(to) ? openOutputSink(to, 'plain', [opened.place], o) : memory)
    const result = await unpackInto(opened.data, part, open, o)
    return isWritable(to) ? result : memory.bytes
  } finally {
    await opened.data.close()
  }
}
