// Writes the plain bytes of the usable contents of a damaged frame.

import { type Box, eachIndex, type Partition, product } from '../../../array/geometry.js'
import type { NdarrayLayout } from '../../../array/npy/index.js'
import type { OpenChunk } from '../../../chunk/blosc2/decode.js'
import type { PipelineTraits } from '../../../chunk/blosc2/pipeline.js'
import type { RunOptions } from '../../../engine/options.js'
import type { PlainSink } from '../../../sinks/plain.js'
import { readBox } from '../../chunks/array-reader.js'
import { itemDtype } from '../../frame/dtype.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import { numpyDtype, type SurveyedArray } from './array.js'
import type { FrameRecovery } from './recover.js'

/** Bytes that are unpacked at a time. */
const PIECE = 16 * 2 ** 20
/** Chunks along an axis that are looked up at a time: an array of a hundred bytes can have a million. */
const MOST_CHUNKS = 4096

/** The remaining array, if its dtype is one of NumPy. */
export function recoveredLayout({ array, tensor, header }: FrameRecovery): NdarrayLayout | undefined {
  if (array === undefined) return tensor
  const dtype = numpyDtype(itemDtype(array.meta.dtype, header.typesize))
  if (dtype?.itemsize !== header.typesize) return undefined
  const { descr, itemsize } = dtype
  const shape = [...array.meta.shape]
  return { descr, shape, order: 'C', itemsize, nbytes: product(shape) * itemsize }
}

/** Whole chunks, if that is not too much; `most` and `chunk` are items along an axis. */
function stepAlong(most: number, chunk: number): number {
  const chunks = Math.min(Math.floor(most / Math.max(1, chunk)), MOST_CHUNKS)
  return Math.max(1, chunks > 0 ? chunks * chunk : Math.floor(most))
}

/** Boxes of at most {@link PIECE} bytes, or single items, which are the array in C order. */
function boxesInOrder({ shape, chunkshape }: Partition, itemBytes: number): Box[] {
  if (shape.length === 0) return [{ start: [], stop: [] }]
  let axis = shape.length
  let below = itemBytes
  while (axis > 1 && below * (shape[axis - 1] ?? 1) <= PIECE) below *= shape[--axis] ?? 1
  const step = stepAlong(PIECE / below, chunkshape[axis - 1] ?? 1)
  const extent = shape[axis - 1] ?? 0
  const boxes: Box[] = []
  eachIndex(
    shape.slice(0, axis - 1).map(() => 0),
    shape.slice(0, axis - 1),
    (index) => {
      const before = [...index]
      const behind = shape.slice(axis)
      for (let at = 0; at < extent; at += step)
        boxes.push({
          start: [...before, at, ...behind.map(() => 0)],
          stop: [...before.map((i) => i + 1), Math.min(at + step, extent), ...behind],
        })
    },
  )
  return boxes
}

/** Description for codecs and filters. */
function traitsFor({ header, vlmeta, chunks }: FrameRecovery): PipelineTraits {
  const schunk = traitsOf(header, vlmeta, chunks.entries.length)
  return { itemBytes: schunk.typesize, schunk }
}

async function writeArray(
  r: FrameRecovery,
  array: SurveyedArray,
  sink: PlainSink,
  o: RunOptions,
): Promise<void> {
  const itemBytes = r.header.typesize
  const options = { ...traitsFor(r), blockshape: array.cut.blockshape }
  const store = { chunks: r.chunks, partition: array.cut, itemBytes, options, threads: o.threads }
  if (array.meta.shape.includes(0)) return
  for (const box of boxesInOrder(array.cut, itemBytes)) {
    const bytes = new Uint8Array(product(box.stop.map((stop, i) => stop - (box.start[i] ?? 0))) * itemBytes)
    await readBox(store, { bytes, box })
    await sink.write(bytes)
  }
}

async function writeChunk(chunk: OpenChunk, sink: PlainSink): Promise<void> {
  const { nbytes, nblocks } = chunk.header
  if (chunk.pattern === undefined && nbytes > PIECE) {
    for (let i = 0; i < nblocks; i++) await sink.write((await chunk.block(i)).slice())
    return
  }
  for (let at = 0; at < nbytes; at += PIECE) {
    const stop = Math.min(at + PIECE, nbytes)
    const bytes = new Uint8Array(stop - at)
    await chunk.range(at, stop, bytes)
    await sink.write(bytes)
  }
}

/** Chunks identical to the first one: it is decoded once, and many are written at a time. */
async function writeAlike(chunk: OpenChunk, count: number, sink: PlainSink): Promise<void> {
  const { nbytes } = chunk.header
  const bytes = new Uint8Array(nbytes * Math.min(count, Math.floor(PIECE / nbytes)))
  await chunk.all(bytes.subarray(0, nbytes))
  for (let at = nbytes; at < bytes.length; at *= 2) bytes.copyWithin(at, 0, at)
  for (let left = count * nbytes; left > 0; left -= bytes.length) await sink.write(bytes.subarray(0, left))
}

/** Number of identical chunks from `index` on that exist only in the index. */
function countAlike({ chunks, report }: FrameRecovery, index: number): number {
  const { entries, chunksize } = chunks
  const entry = entries[index]
  if (entry === undefined || !('special' in entry) || chunksize === 0) return 1
  const whole = Math.floor(report.nbytes / chunksize)
  let stop = index + 1
  while (stop < whole && entries[stop] === entry) stop++
  return stop - index
}

async function writeChunks(r: FrameRecovery, sink: PlainSink): Promise<void> {
  const { ws, chunks } = r
  const traits = traitsFor(r)
  for (let i = 0; i < chunks.entries.length; ) {
    const chunk = await chunks.openChunk(ws, i, traits)
    const count = countAlike(r, i)
    if (count > 1 && 2 * chunk.header.nbytes <= PIECE) await writeAlike(chunk, count, sink)
    else for (let k = 0; k < count; k++) await writeChunk(chunk, sink)
    i += count
  }
}

/** Reports progress, and stops between writes. */
function counted(sink: PlainSink, total: number, { signal, onProgress }: RunOptions): PlainSink {
  let plain = 0
  return {
    async write(bytes) {
      signal?.throwIfAborted()
      await sink.write(bytes)
      plain += bytes.length
      onProgress?.({ plain, packed: plain, total: Math.max(total, plain) })
    },
    finish: () => sink.finish(),
    abort: () => sink.abort(),
  }
}

/**
 * Writes the plain bytes of recovered contents: an array in C order, any other frame chunk by chunk. The sink
 * is finished, or aborted on failure.
 * @throws BlpkError DAMAGED or CHECKSUM if the frame has changed since
 */
export async function writeSalvagedFrame(
  r: FrameRecovery,
  target: PlainSink,
  o: RunOptions = {},
): Promise<void> {
  const sink = counted(target, r.report.nbytes, o)
  try {
    if (r.array !== undefined) await writeArray(r, r.array, sink, o)
    else await writeChunks(r, sink)
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw error
  }
}
