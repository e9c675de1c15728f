// A dataset that is to grow along its first axis, and what stands against it.

import { product } from '../../../array/geometry.js'
import { ndarrayIn } from '../../../array/npy/index.js'
import { unsupported, usage } from '../../../core/errors.js'
import { printable } from '../../../core/printable.js'
import type { PlainSource } from '../../../sources/plain.js'
import { checkSameRows } from '../../array-metadata.js'
import type { AppendRequest, ChangePlace } from '../../change.js'
import { arrayJson } from '../../described-metadata.js'
import { BLOSC2_FILTER } from '../filters/numbers.js'
import { filtersText } from '../filters/registry.js'
import type { DatasetSpec, Layout } from '../model.js'
import { datasetAt } from '../names.js'
import type { ChunkedValues } from '../read/chunked.js'
import { type ItemArray, itemsOf, layoutOf } from '../read/items.js'
import { valuesOf } from '../read/values.js'
import { headerBlocks } from '../structure/object-header.js'
import type { H5File } from '../structure/tree.js'
import { checkChangeable } from './changeable.js'
import { type GrowingHeader, growingHeader } from './growing-header.js'
import { MOST_REACHED, reachedObjects } from './reached.js'

/** A dataset that can grow. */
export interface GrowingDataset {
  readonly file: H5File
  readonly path: string
  readonly spec: DatasetSpec
  readonly header: GrowingHeader
  readonly items: ItemArray
  readonly values: ChunkedValues
  readonly chunkShape: readonly number[]
  /** Whether chunks are frames of Blosc2; otherwise they are stored as they are. */
  readonly framed: boolean
  /** Size of a row, in bytes. */
  readonly rowBytes: number
}

function cannotGrow(path: string, why: string): Error {
  return unsupported(`rows cannot be appended to '${printable(path)}': ${why}`)
}

function chunkedLayout(path: string, { layout }: DatasetSpec): Extract<Layout, { kind: 'chunked' }> {
  if (layout.kind !== 'chunked') throw cannotGrow(path, 'it is not stored in chunks')
  const { kind } = layout.index
  if (kind !== 'btree1' && kind !== 'none')
    throw cannotGrow(
      path,
      `its chunks have an index of the kind "${kind}", and blpk writes B-trees of version 1`,
    )
  return layout
}

/** Whether chunks are frames. @throws BlpkError UNSUPPORTED for filters that blpk does not write */
function isFramed(path: string, { filters }: DatasetSpec): boolean {
  const [only, second] = filters
  if (only === undefined) return false
  if (only.id === BLOSC2_FILTER && second === undefined) return true
  throw cannotGrow(
    path,
    `its filters are ${filtersText(filters)}; blpk writes Blosc2 (${BLOSC2_FILTER}), or none`,
  )
}

async function headerOf(file: H5File, path: string, address: number): Promise<GrowingHeader> {
  const blocks = []
  for await (const block of headerBlocks(file.bytes, address)) blocks.push(block)
  const header = growingHeader(blocks)
  if (header === undefined)
    throw cannotGrow(
      path,
      'its shape is fixed, or shared with others, or its chunks have an index of a newer kind',
    )
  for await (const object of reachedObjects(file)) if (object.address === address) return header
  throw cannotGrow(path, `it is not among the first ${MOST_REACHED} objects of the file`)
}

/**
 * The dataset of a place, if rows can be appended to it.
 * @throws BlpkError UNSUPPORTED, USAGE with the reason if they cannot; NOT_FOUND, DAMAGED, IO
 */
export async function growingDataset(place: ChangePlace, o: AppendRequest): Promise<GrowingDataset> {
  const { file, path, spec } = await datasetAt(place)
  await checkChangeable(file)
  const { chunkShape } = chunkedLayout(path, spec)
  const framed = isFramed(path, spec)
  const header = await headerOf(file, path, spec.address)
  const items = itemsOf(spec, o.dtype)
  const values = await valuesOf(file, spec, items, o)
  if (values.kind !== 'chunked') throw cannotGrow(path, 'it is not stored in chunks')
  for (const [chunk, { damage }] of values.table)
    if (damage !== undefined) throw cannotGrow(path, `chunk ${chunk} is damaged (${damage})`)
  const rowBytes = product(items.shape.slice(1)) * items.itemsize
  return { file, path, spec, header, items, values, chunkShape, framed, rowBytes }
}

/** @throws BlpkError USAGE if the items or the rows are of another kind */
function checkRows({ items }: GrowingDataset, source: PlainSource, o: AppendRequest): void {
  const theirs = ndarrayIn(source.metadata)
  if (theirs !== undefined && source.metadata !== undefined) {
    const ours = layoutOf(items)
    const names: [string, string] = [`'${source.name}'`, 'the dataset']
    checkSameRows(ours, theirs, arrayJson(ours), source.metadata, names)
  } else if (o.raw !== true)
    throw usage('the dataset holds an array: append a .npy file', {
      option: 'raw',
      to: 'append plain bytes of whole rows',
    })
}

/**
 * How many rows a source adds.
 * @throws BlpkError USAGE if they are of another kind, or more than the dataset may have
 */
export function rowsToAdd(d: GrowingDataset, source: PlainSource, o: AppendRequest): number {
  const { size: added = 0 } = source
  if (added === 0) return 0
  checkRows(d, source, o)
  const { rowBytes, spec, path } = d
  if (rowBytes === 0 || added % rowBytes !== 0)
    throw usage(`${added} bytes are not a whole number of rows of ${rowBytes} bytes`)
  const rows = added / rowBytes
  const [before = 0] = spec.space.shape
  const [most] = spec.space.maxShape
  if (!Number.isSafeInteger((before + rows) * rowBytes)) throw cannotGrow(path, 'it would become too long')
  if (most !== undefined && before + rows > most)
    throw usage(
      `'${printable(path)}' may have ${most} rows at most; it has ${before}, and ${rows} are to be added`,
    )
  return rows
}
