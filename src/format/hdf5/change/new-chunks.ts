// Packs the chunks that an append writes: new ones, and those at the old end that were not full.

import { partition, product } from '../../../array/geometry.js'
import { runOptionsOf } from '../../../engine/options.js'
import { BytesPlainSource, type PlainSource } from '../../../sources/plain.js'
import { StreamSource } from '../../../sources/stream.js'
import type { AppendRequest } from '../../change.js'
import { type ArrayInput, arrayChunks } from '../../chunks/array-chunks.js'
import { packInto } from '../../chunks/pack-into.js'
import { chunksIn, packStretches } from '../../chunks/stretches.js'
import { joined } from '../../joined-source.js'
import type { PackOptions } from '../../pack-options.js'
import { arrayPieces } from '../../regions/opened-regions.js'
import { ChunkWriter } from '../pack/chunk-writer.js'
import { type DatasetPlan, planDataset } from '../pack/dataset-plan.js'
import { ChunkRows } from '../write/chunk-rows.js'
import type { FileChange } from './file-change.js'
import type { GrowingDataset } from './growing-dataset.js'

/** Rows from the first chunk on that is not full. */
export interface NewRows {
  /** Of the dataset before, and how many more there will be. */
  readonly before: number
  readonly added: number
  /** Rows at the end of the dataset whose chunks are packed again. */
  readonly again: number
  /** Position in the grid of the first chunk that is written. */
  readonly firstChunk: number
  /** How frames are packed; undefined for chunks that are stored as they are. */
  readonly plan: DatasetPlan | undefined
}

/** Shape of the rows that are written. */
function shapeOf({ spec }: GrowingDataset, { again, added }: Pick<NewRows, 'again' | 'added'>): number[] {
  return [again + added, ...spec.space.shape.slice(1)]
}

/** Items with axes of their own are bytes to a frame. */
function framePlan(d: GrowingDataset, shape: number[], o: PackOptions): DatasetPlan {
  const { items, spec } = d
  const { itemsize } = spec.type
  const descr = items.inner.length > 0 ? `|V${itemsize}` : items.descr
  return planDataset({ descr, itemsize, shape, order: 'C', nbytes: product(shape) * itemsize }, o)
}

/**
 * What an append is going to write.
 * @param o how frames are packed; undefined for chunks without a filter
 * @throws BlpkError USAGE, UNSUPPORTED
 */
export function planRows(d: GrowingDataset, added: number, o: PackOptions | undefined): NewRows {
  const { spec, chunkShape } = d
  const [before = 0, ...rest] = spec.space.shape
  const [thickness = 1, ...others] = chunkShape
  const again = before % thickness
  const inLayer = product(rest.map((extent, axis) => Math.ceil(extent / (others[axis] ?? 1))))
  const firstChunk = Math.floor(before / thickness) * inLayer
  const plan = o === undefined ? undefined : framePlan(d, shapeOf(d, { again, added }), o)
  return { before, added, again, firstChunk, plan }
}

/** The rows to write: those that are packed again, and the new ones. */
function rowsFrom(d: GrowingDataset, source: PlainSource, { before, again }: NewRows): PlainSource {
  const { values, rowBytes } = d
  if (again === 0) return source
  const old = arrayPieces(values.array, (before - again) * rowBytes, before * rowBytes)
  return joined([new BytesPlainSource(new StreamSource(old, source.name, again * rowBytes)), source])
}

/** The rows of the index after the append: chunks that stay, and those of `written`, which begin at `first`. */
function indexOf(d: GrowingDataset, written: ChunkRows, first: number): ChunkRows {
  const rows = new ChunkRows()
  const base = d.file.superblock.position
  for (const [position, entry] of d.values.table)
    if (position < first) rows.add(position, { ...entry, address: entry.address - base })
  for (let i = 0; i < written.count; i++) {
    const { position, ...entry } = written.at(i)
    rows.add(first + position, entry)
  }
  return rows
}

/** Writes chunks as they are. @returns where they are */
async function writePlain(
  change: FileChange,
  source: PlainSource,
  input: ArrayInput,
  { onProgress }: AppendRequest,
): Promise<ChunkRows> {
  const rows = new ChunkRows()
  const { partition: cut, itemBytes } = input
  const total = product(cut.chunks) * cut.chunkItems * itemBytes
  let plain = 0
  await packStretches(source, input, async (axis, read) => {
    for await (const { index, plain: bytes } of arrayChunks(input, axis, read)) {
      rows.add(index, { address: change.position, cbytes: bytes.length, mask: 0 })
      await change.sink.write(bytes)
      plain += bytes.length
      onProgress?.({ plain, packed: plain, total })
    }
    return plain
  })
  return rows
}

/** Writes chunks as frames. @returns where they are */
async function writeFrames(
  change: FileChange,
  source: PlainSource,
  input: ArrayInput,
  { params, header, nchunks, chunkBytes }: DatasetPlan,
  o: AppendRequest,
): Promise<ChunkRows> {
  const writer = new ChunkWriter(change.sink, change.position, header, input.padding === undefined)
  await packStretches(source, input, (axis, read) =>
    packInto(writer, params, chunksIn(arrayChunks(input, axis, read), chunkBytes, nchunks), runOptionsOf(o)),
  )
  return writer.rows
}

/**
 * Writes the chunks of new rows.
 * @returns all chunks of the dataset after the append
 * @throws BlpkError IO, DAMAGED, CHECKSUM for a chunk that is packed again, USAGE for a source that has changed
 */
export async function writeRows(
  change: FileChange,
  d: GrowingDataset,
  source: PlainSource,
  rows: NewRows,
  o: AppendRequest,
): Promise<ChunkRows> {
  const { spec, chunkShape: chunkshape } = d
  const { plan, firstChunk } = rows
  const shape = shapeOf(d, rows)
  const cut = plan?.cut ?? partition({ shape, chunkshape, blockshape: chunkshape })
  const input: ArrayInput = { partition: cut, itemBytes: spec.type.itemsize, order: 'C', padding: spec.fill }
  const all = rowsFrom(d, source, rows)
  const written =
    plan === undefined
      ? await writePlain(change, all, input, o)
      : await writeFrames(change, all, input, plan, o)
  return indexOf(d, written, firstChunk)
}
