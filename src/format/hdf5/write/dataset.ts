// The object header of a dataset.

import { layChunkTree } from './chunk-tree.js'
import { dataspace } from './dataspace.js'
import { datatype } from './datatype.js'
import { type Message, objectHeader } from './object-header.js'
import { type Blocks, type Place, put } from './place.js'
import {
  chunkedLayout,
  compactLayout,
  contiguousLayout,
  fillValue,
  filterPipeline,
} from './storage-messages.js'
import type { NewDataset } from './tree.js'

const DATASPACE = 0x01
const DATATYPE = 0x03
const FILL_VALUE = 0x05
const LAYOUT = 0x08
const PIPELINE = 0x0b

/** The messages about where the values are, after the tree of chunks, if there is one. */
function* layStorage(place: Place, { storage, shape, itemsize }: NewDataset): Blocks<Message[]> {
  if (storage.kind === 'compact') return [{ type: LAYOUT, body: compactLayout(storage.bytes) }]
  if (storage.kind === 'contiguous')
    return [{ type: LAYOUT, body: contiguousLayout(storage.address, storage.nbytes) }]
  const { chunks, chunkShape, filters } = storage
  const address = yield* layChunkTree(place, chunks, { shape, chunkShape, itemsize })
  const layout = { type: LAYOUT, body: chunkedLayout(address, chunkShape, itemsize) }
  if (filters.length === 0) return [layout]
  return [layout, { type: PIPELINE, body: filterPipeline(filters), constant: true }]
}

/** Writes all that describes a dataset. @returns the address of its header @throws BlpkError UNSUPPORTED */
export function* layDataset(
  place: Place,
  dataset: NewDataset,
  attributes: readonly Message[],
): Blocks<number> {
  const { shape, maxShape, descr, storage, fill } = dataset
  const where = yield* layStorage(place, dataset)
  const header = objectHeader([
    { type: DATASPACE, body: dataspace(shape, maxShape) },
    { type: DATATYPE, body: datatype(descr), constant: true },
    { type: FILL_VALUE, body: fillValue(storage.kind, fill), constant: true },
    ...where,
    ...attributes,
  ])
  return yield* put(place, header)
}
