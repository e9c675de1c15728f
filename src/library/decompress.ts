// Unpacks containers, or parts of them.

import type { ReadOptions } from '../disk/read-archive.js'
import type { RunOptions } from '../engine/options.js'
import type { OpenOptions } from '../format/opened.js'
import type { Selection } from '../format/selection.js'
import type { Readable } from '../places/open.js'
import { MemorySink } from '../sinks/memory.js'
import { type DecompressResult, openToUnpack, unpackInto } from '../verbs/decompress.js'
import { type ContainerPlace, openPlace } from '../verbs/open.js'
import { isWritable, type OutputOptions, openOutputSink, type Writable } from './outputs.js'

/** What is unpacked, and how. Of `bytes`, `items` and `slice` one at most is given; without them it is all. */
export interface DecompressOptions
  extends RunOptions,
    OutputOptions,
    Selection,
    Pick<OpenOptions, 'maxChunk' | 'dtype'>,
    Pick<ReadOptions, 'onNote'> {}

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

async function unpack(
  from: Readable,
  o: DecompressOptions,
  part: Selection,
  open: (place: ContainerPlace, isNpy: boolean) => ReturnType<Parameters<typeof unpackInto>[2]>,
): Promise<DecompressResult> {
  const { onNote: _, ...quiet } = o
  const place = await openPlace(from, o)
  try {
    const opened = await openToUnpack(place, part, quiet)
    try {
      return await unpackInto(opened, part, (isNpy) => open(place, isNpy), o)
    } finally {
      await opened.close()
    }
  } finally {
    await place.source.close()
  }
}

/**
 * Unpacks a container, or a part of it, to a file or an object: an array as a `.npy` file, unless `raw` is set.
 * @param from a path or address, bytes, a stream, or a source
 * @param to a path, `s3://bucket/key`, or a sink
 * @throws BlpkError DAMAGED or CHECKSUM with the chunk and its position, UNSUPPORTED, USAGE, NOT_FOUND, EXISTS, SAME_FILE,
 * IO, NO_SPACE, DENIED, NETWORK, INTERRUPTED; no output is left then
 */
export function decompress(
  from: Readable,
  to: Writable,
  options?: DecompressOptions,
): Promise<DecompressResult>
/** The plain bytes of a container or of a part of it, in memory; those of an array have no header. */
export function decompress(from: Readable, options?: DecompressOptions): Promise<Uint8Array>
export async function decompress(
  from: Readable,
  to: Writable | DecompressOptions = {},
  options: DecompressOptions = {},
): Promise<DecompressResult | Uint8Array> {
  if (isWritable(to))
    return unpack(from, options, partOf(options), (place) => openOutputSink(to, 'plain', [place], options))
  const sink = new MemorySink()
  await unpack(from, to, { ...partOf(to), raw: true }, async () => sink)
  return sink.bytes
}
