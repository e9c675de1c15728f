// Unpacks containers, or parts of them.

import { formatNpyHeader, type NdarrayLayout } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import { interrupted } from '../core/errors.js'
import type { ReadOptions } from '../disk/read-archive.js'
import type { RunOptions } from '../engine/options.js'
import type { Opened, OpenOptions } from '../format/opened.js'
import { select } from '../format/select.js'
import { isWhole, type Selection } from '../format/selection.js'
import type { Readable } from '../places/open.js'
import { MemorySink } from '../sinks/memory.js'
import { BytesPlainSink } from '../sinks/plain.js'
import type { Input } from '../verbs/inputs.js'
import { containerAt, openPlace } from '../verbs/open.js'
import { isWritable, type OutputOptions, openOutputSink, type Writable } from './outputs.js'

/** What is unpacked, and how. Of `bytes`, `items` and `slice` one at most is given; without them it is all. */
export interface DecompressOptions
  extends RunOptions,
    OutputOptions,
    Selection,
    Pick<OpenOptions, 'maxChunk' | 'dtype'>,
    Pick<ReadOptions, 'onNote'> {}

/** What unpacking came to. */
export interface UnpackedResult {
  /** Plain bytes, without the header of a `.npy`. */
  nbytes: number
  /** Shape of the array that was written, in items; undefined for plain bytes. */
  shape: readonly number[] | undefined
}

/** What of the options says what is unpacked. */
function partOf({ bytes, items, slice, field, raw }: Selection): Selection {
  return {
    ...(bytes !== undefined && { bytes }),
    ...(items !== undefined && { items }),
    ...(slice !== undefined && { slice }),
    ...(field !== undefined && { field }),
    ...(raw !== undefined && { raw }),
  }
}

async function openFrom(from: Readable, { raw }: Selection, o: DecompressOptions) {
  const { threads, maxChunk, dtype } = o
  const place = await openPlace(from, o)
  try {
    const opened = await (await containerAt(place)).open(place, {
      ...(raw !== undefined && { raw }),
      ...(threads !== undefined && { threads }),
      ...(maxChunk !== undefined && { maxChunk }),
      ...(dtype !== undefined && { dtype }),
    })
    return { place, opened }
  } catch (error) {
    await place.source.close()
    throw error
  }
}

async function writePieces(
  pieces: AsyncIterable<Uint8Array>,
  sink: BytesPlainSink,
  { onProgress }: RunOptions,
): Promise<number> {
  let plain = 0
  for await (const piece of pieces) {
    plain += piece.length
    onProgress?.({ plain, packed: 0 })
    await sink.write(piece)
  }
  await sink.finish()
  return plain
}

/** @param open opens the sink, once it is known what is going to be written */
async function unpackInto(
  opened: Opened,
  part: Selection,
  o: RunOptions,
  open: (layout: NdarrayLayout | undefined) => Promise<ByteSink>,
): Promise<UnpackedResult> {
  const all = isWhole(part)
  const selected = all ? undefined : select(opened, part, o)
  const layout = all ? (part.raw === true ? undefined : opened.array?.()) : selected?.layout
  const sink = new BytesPlainSink(await open(layout), layout && formatNpyHeader(layout))
  sink.expect(all ? opened.nbytes : selected?.nbytes)
  const shape = layout?.shape
  try {
    if (all && opened.unpack !== undefined) return { nbytes: (await opened.unpack(sink, o)).nbytes, shape }
    const pieces = selected?.pieces() ?? opened.pieces(0, undefined, o)
    return { nbytes: await writePieces(pieces, sink, o), shape }
  } catch (error) {
    await sink.abort()
    throw interrupted(error, o.signal)
  }
}

/**
 * Unpacks a container, or a part of it, to a file or an object: an array as a `.npy` file, unless `raw` is set.
 * @param from a path or address, bytes, a stream, or a source, which is closed then
 * @param to a path, `s3://bucket/key`, or a sink
 * @throws BlpkError DAMAGED or CHECKSUM with the chunk and its position, UNSUPPORTED, USAGE, NOT_FOUND, EXISTS, SAME_FILE,
 * IO, NO_SPACE, DENIED, NETWORK, INTERRUPTED; no output is left then
 */
export function decompress(from: Readable, to: Writable, options?: DecompressOptions): Promise<UnpackedResult>
/** The plain bytes of a container or of a part of it, in memory; those of an array have no header. */
export function decompress(from: Readable, options?: DecompressOptions): Promise<Uint8Array>
export async function decompress(
  from: Readable,
  to: Writable | DecompressOptions = {},
  options: DecompressOptions = {},
): Promise<UnpackedResult | Uint8Array> {
  const o = isWritable(to) ? options : to
  const part = isWritable(to) ? partOf(o) : { ...partOf(o), raw: true }
  const memory = new MemorySink()
  const { place, opened } = await openFrom(from, part, o)
  const inputs: readonly Input[] = [place]
  try {
    const result = await unpackInto(opened, part, o, async () =>
      isWritable(to) ? openOutputSink(to, 'plain', inputs, o) : memory,
    )
    return isWritable(to) ? result : memory.bytes
  } finally {
    await opened.close()
  }
}
