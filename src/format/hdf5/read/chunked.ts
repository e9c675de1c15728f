// Datasets in chunks: read by blocks where chunks are frames, otherwise by whole chunks.

import { chunkCount, type Partition, partition, product } from '../../../array/geometry.js'
import { damaged } from '../../../core/errors.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import { type ArrayStore, readPicks } from '../../chunks/array-reader.js'
import type { FrameHeader } from '../../frame/header.js'
import type { OpenOptions } from '../../opened.js'
import { readChunkTable } from '../chunk-index/index.js'
import type { ChunkTable, DatasetSpec, Layout } from '../model.js'
import type { H5File } from '../structure/tree.js'
import { firstFrame } from './first-frame.js'
import { FrameChunks } from './frame-chunks.js'
import type { ItemArray } from './items.js'
import { readPipedPicks } from './piped-chunks.js'
import { maskOf, type PipedDataset, wholeChunk } from './piped-task.js'
import { RegionArray } from './region-array.js'

/** Values in chunks. */
export interface ChunkedValues {
  readonly kind: 'chunked'
  readonly cbytes: number
  readonly array: RegionArray
  /** The stored chunks. */
  readonly table: ChunkTable
  /** The chunks as they are decoded as a whole. */
  readonly data: PipedDataset
  /** How chunks are divided, and the header of the first, if they are frames whose blocks can be read where they lie. */
  readonly frames?: { readonly cut: Partition; readonly header: FrameHeader }
}

/** Chunks in the grid, whether they are stored or hold the fill value. */
export function gridSize({ array }: Pick<ChunkedValues, 'array'>): number {
  return chunkCount(partition(array))
}

/** A dataset in chunks, as its values are read. */
interface ChunkedDataset {
  file: H5File
  spec: DatasetSpec
  items: ItemArray
  /** In items of the dataset, along the axes that HDF5 knows. */
  chunkShape: readonly number[]
  plainEdges: boolean
  table: ChunkTable
  threads: number | undefined
}

function frameArray(d: ChunkedDataset, data: PipedDataset, cut: Partition): RegionArray {
  const { file, spec, items, table, threads } = d
  const { itemsize: itemBytes } = items
  const { blockshape } = cut
  const chunks = new FrameChunks({
    source: file.bytes.source,
    table,
    cut,
    itemBytes,
    fill: spec.fill,
    isPlain: (entry, index) => maskOf(data, entry, index) !== 0,
    decode: (entry, index) => wholeChunk(data, index, entry),
  })
  const schunk = loneChunk(itemBytes, cut.chunkItems * itemBytes)
  const store: ArrayStore = {
    chunks,
    options: { itemBytes, blockshape, schunk },
    threads,
    partition: cut,
    itemBytes,
  }
  return new RegionArray(cut, itemBytes, (ranges, out, isDirty) => readPicks(store, ranges, out, isDirty))
}

function pipedOf({ file, spec, items, chunkShape, plainEdges, table }: ChunkedDataset): PipedDataset {
  return {
    source: file.bytes.source,
    table,
    shape: items.shape,
    chunkShape: [...chunkShape, ...items.inner],
    itemBytes: items.itemsize,
    filters: spec.filters,
    plainEdges,
    fill: spec.fill,
  }
}

function pipedArray(d: ChunkedDataset, data: PipedDataset): RegionArray {
  const { shape, chunkShape: chunkshape, itemBytes } = data
  const options = d.threads === undefined ? {} : { threads: d.threads }
  return new RegionArray({ shape, chunkshape, blockshape: chunkshape }, itemBytes, (ranges, out, isDirty) =>
    readPipedPicks(data, ranges, { out, isDirty }, options),
  )
}

/** @throws BlpkError DAMAGED for chunks that are larger than allowed */
function checkChunk(nbytes: number, most: number | undefined): void {
  if (most !== undefined && nbytes > most)
    throw damaged(
      `the dataset has chunks of ${nbytes} plain bytes, more than allowed`,
      {},
      { option: 'maxChunk' },
    )
}

type ChunkedLayout = Extract<Layout, { kind: 'chunked' }>

async function openChunked(
  file: H5File,
  spec: DatasetSpec,
  { chunkShape, index, plainEdges }: ChunkedLayout,
  items: ItemArray,
  { threads, maxChunk }: Pick<OpenOptions, 'threads' | 'maxChunk'>,
): Promise<ChunkedDataset> {
  const itemBytes = items.itemsize * product(items.inner)
  checkChunk(product(chunkShape) * itemBytes, maxChunk)
  const hasFilters = spec.filters.length > 0
  const table = await readChunkTable(file.bytes, {
    space: spec.space,
    chunkShape,
    itemBytes,
    index,
    hasFilters,
  })
  return { file, spec, items, chunkShape, plainEdges, table, threads }
}

/** A dataset whose chunks are decoded as a whole. @throws BlpkError as {@link chunkedArray} */
export async function pipedDataset(...of: Parameters<typeof openChunked>): Promise<PipedDataset> {
  return pipedOf(await openChunked(...of))
}

/**
 * A dataset in chunks.
 * @throws BlpkError DAMAGED, UNSUPPORTED for filters that are not known, IO
 */
export async function chunkedArray(...of: Parameters<typeof openChunked>): Promise<ChunkedValues> {
  const d = await openChunked(...of)
  const data = pipedOf(d)
  const { table } = d
  const whole = { kind: 'chunked', table, data, cbytes: storedBytes(table) } as const
  const first = await firstFrame({ ...d, source: d.file.bytes.source })
  if (first === undefined) return { ...whole, array: pipedArray(d, data) }
  const { header, blockshape } = first
  const cut = partition({ shape: d.items.shape, chunkshape: d.chunkShape, blockshape })
  return { ...whole, array: frameArray(d, data, cut), frames: { cut, header } }
}

function storedBytes(table: ChunkTable): number {
  let sum = 0
  for (const { cbytes } of table.values()) sum += cbytes
  return sum
}
