// A wanted chunk as a task of a run: where its bytes come from, and where its items go to.

import { chunkBox } from '../../../array/chunk-box.js'
import { boxShape, partition, product } from '../../../array/geometry.js'
import type { ChunkPicks } from '../../../array/picks.js'
import type { AxisRuns } from '../../../array/runs.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { placeInFile } from '../../../bytes/file-place.js'
import { allocate } from '../../../core/allocate.js'
import { damaged } from '../../../core/errors.js'
import type { ReadTask } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import type { Threads } from '../../../engine/threads.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import { spanOf } from '../chunk-index/table.js'
import { decodeChunk, mostStored } from '../filters/pipeline.js'
import type { DecodeParams } from '../hdf5-job.js'
import type { ChunkEntry, ChunkTable, FilterSpec } from '../model.js'
import { pickAxes } from './piped-picks.js'

/** No filter was used. */
const ALL_LEFT_OUT = 0xffffffff

/** A dataset in chunks. */
export interface PipedDataset {
  readonly source: ByteSource
  readonly table: ChunkTable
  /** In items. */
  readonly shape: readonly number[]
  readonly chunkShape: readonly number[]
  /** Size of an item, in bytes. */
  readonly itemBytes: number
  readonly filters: readonly FilterSpec[]
  /** Whether chunks that reach beyond the shape are stored without filters. */
  readonly plainEdges: boolean
  /** One item; undefined for zeros. */
  readonly fill: Uint8Array | undefined
}

/** The wanted items of one chunk. */
export interface PipedRead {
  /** Position of the chunk in the grid, in C order. */
  readonly index: number
  /** Along each axis, with blocks as large as chunks. */
  readonly picks: readonly ChunkPicks[]
}

/** Where the items go. */
export interface PipedTarget {
  readonly out: Uint8Array
  /** Of the result, in items. */
  readonly shape: readonly number[]
  /** Whether `out` may hold anything but zeros. */
  readonly isDirty?: boolean
}

/** A stored chunk. */
interface StoredChunkOf {
  readonly index: number
  readonly entry: ChunkEntry
}

/** A stored chunk that is wanted. */
export interface StoredRead extends PipedRead, StoredChunkOf {}

export interface PipedTask extends ReadTask<DecodeParams> {
  readonly axes: readonly AxisRuns[]
}

/** Plain size of a chunk, in bytes. */
export function chunkBytesOf({ chunkShape, itemBytes }: PipedDataset): number {
  return product(chunkShape) * itemBytes
}

/** Whether a chunk reaches beyond the shape. */
function isEdge({ shape, chunkShape: chunkshape }: PipedDataset, index: number): boolean {
  const box = chunkBox(partition({ shape, chunkshape, blockshape: chunkshape }), index)
  return boxShape(box).some((extent, axis) => extent < (chunkshape[axis] ?? 1))
}

/** Bit i: filter i was left out. */
export function maskOf(d: PipedDataset, entry: ChunkEntry, index: number): number {
  return d.plainEdges && isEdge(d, index) ? ALL_LEFT_OUT : entry.mask
}

/** What tells how to decode a chunk. */
function decodeParams(d: PipedDataset, { index, entry }: StoredChunkOf): DecodeParams {
  const [start, stop] = spanOf(entry, index)
  const place = { path: d.source.name, chunk: index, offset: start }
  const chunkBytes = chunkBytesOf(d)
  const cbytes = stop - start
  if (cbytes > mostStored(d.filters, chunkBytes))
    throw damaged(`the chunk takes ${cbytes} bytes for ${chunkBytes} plain ones`, place)
  const { filters, itemBytes } = d
  const chunk = { filters, mask: maskOf(d, entry, index), chunkBytes, itemBytes }
  return { cbytes, chunk, place }
}

/** Where the stored bytes of a chunk are for a thread: in a file, or in a slot. */
async function storedBytes(
  { source }: PipedDataset,
  { address }: ChunkEntry,
  params: DecodeParams,
  slot: Slot,
): Promise<Pick<PipedTask, 'packed'> & { params: DecodeParams }> {
  const from = placeInFile(source, address, params.cbytes)
  if (from !== undefined) return { params: { ...params, from } }
  const packed = slot.packed(params.cbytes)
  if ((await source.read(address, packed)) < packed.length)
    throw damaged('the chunk is truncated', params.place)
  return { params, packed }
}

/** Makes a chunk a task: where its bytes come from, and where its items go to. */
export async function bring(
  d: PipedDataset,
  read: StoredRead,
  { out, shape }: PipedTarget,
  threads: Threads,
  slot: Slot,
): Promise<PipedTask> {
  const axes = pickAxes(read.picks, d.chunkShape, shape)
  const params = decodeParams(d, read)
  const isShared = threads.reaches(out)
  const goal = isShared ? out : slot.plain(params.chunk.chunkBytes)
  const given = isShared ? { ...params, axes } : params
  return { axes, out: goal, ...(await storedBytes(d, read.entry, given, slot)) }
}

/**
 * Makes a whole chunk a task, which leaves its items in the slot.
 * @param nbytes of its plain bytes, if only the first are wanted
 */
export async function bringWhole(
  d: PipedDataset,
  chunk: StoredChunkOf,
  slot: Slot,
  nbytes = chunkBytesOf(d),
): Promise<ReadTask<DecodeParams>> {
  const params = decodeParams(d, chunk)
  const runs = [0, 0, nbytes / d.itemBytes]
  const isPart = nbytes < params.chunk.chunkBytes
  const given = isPart ? { ...params, axes: [{ runs, from: 1, to: 1 }] } : params
  return { out: slot.plain(nbytes), ...(await storedBytes(d, chunk.entry, given, slot)) }
}

/**
 * The bytes of a chunk as they are stored, and how to decode them.
 * @param index of a chunk that is stored
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function storedChunk(
  d: PipedDataset,
  index: number,
  entry: ChunkEntry,
): Promise<Pick<DecodeParams, 'chunk' | 'place'> & { stored: Uint8Array }> {
  const { cbytes, chunk, place } = decodeParams(d, { index, entry })
  const stored = allocate(cbytes)
  if ((await d.source.read(entry.address, stored)) < cbytes) throw damaged('the chunk is truncated', place)
  return { stored, chunk, place }
}

/**
 * All items of a stored chunk in C order, those beyond the shape included.
 * @throws BlpkError CHECKSUM, and as {@link storedChunk}
 */
export async function wholeChunk(...of: Parameters<typeof storedChunk>): Promise<Uint8Array> {
  const { stored, chunk, place } = await storedChunk(...of)
  const items = allocate(chunk.chunkBytes)
  await withWorkspace((ws) => decodeChunk(ws, stored, chunk, items, place))
  return items
}
