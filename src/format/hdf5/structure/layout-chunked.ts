// Parses what the data layout message says of chunks and their index
// (HDF5 File Format Specification 4.0, IV.A.2.i and appendix C).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { ChunkIndex, Layout } from '../model.js'

/** What the layout of a dataset depends on. */
export interface DatasetSizes {
  /** Rank of the dataset. */
  readonly rank: number
  /** Of an item, in bytes. */
  readonly itemsize: number
  /** Of all items, in bytes. */
  readonly nbytes: number
}

/** Bits of the flags. */
const PLAIN_EDGES = 1
const SINGLE_FILTERED = 2

/** Numbers of the indexes in the message; 0 is a B-tree of version 1 and never stands there. */
const SINGLE = 1
const IMPLICIT = 2
const FIXED = 3
const EXTENSIBLE = 4
const BTREE2 = 5

/** The shape of chunks: the last extent in the message is the size of an item. */
function chunkShapeOf(extents: readonly number[], sizes: DatasetSizes, { position }: Cursor): number[] {
  const shape = extents.slice(0, -1)
  if (extents.length !== sizes.rank + 1 || sizes.rank === 0)
    throw damaged(`the chunks have ${shape.length} axes, but the dataset has ${sizes.rank}`, {
      offset: position,
    })
  if (extents.at(-1) !== sizes.itemsize)
    throw damaged(`an item in a chunk has ${extents.at(-1)} bytes, but should have ${sizes.itemsize}`, {
      offset: position,
    })
  const nbytes = extents.reduce((product, extent) => product * extent, 1)
  if (nbytes === 0 || !Number.isSafeInteger(nbytes))
    throw damaged('the shape of the chunks cannot be right', { offset: position })
  return shape
}

/** Chunks by a B-tree of version 1. */
export function parseChunked(
  extents: readonly number[],
  sizes: DatasetSizes,
  cursor: Cursor,
  address: number | undefined,
): Layout {
  const index: ChunkIndex = address === undefined ? { kind: 'none' } : { kind: 'btree1', address }
  return { kind: 'chunked', chunkShape: chunkShapeOf(extents, sizes, cursor), index, plainEdges: false }
}

type Stored = { readonly cbytes: number; readonly mask: number }

/** Parameters of an index before its address. Those that its own header repeats are skipped. */
function parseParameters(cursor: Cursor, type: number, flags: number): Stored | undefined {
  if (type === SINGLE && (flags & SINGLE_FILTERED) !== 0)
    return { cbytes: cursor.length(), mask: cursor.u32() }
  if (type === FIXED) cursor.skip(1)
  if (type === EXTENSIBLE) cursor.skip(5)
  if (type === BTREE2) cursor.skip(6)
  return undefined
}

function indexOf(type: number, address: number, stored: Stored | undefined): ChunkIndex | undefined {
  if (type === SINGLE) return { kind: 'single', address, ...stored }
  if (type === IMPLICIT) return { kind: 'implicit', address }
  if (type === FIXED) return { kind: 'fixed', address }
  if (type === EXTENSIBLE) return { kind: 'extensible', address }
  return type === BTREE2 ? { kind: 'btree2', address } : undefined
}

/** Chunks of versions 4 and 5. */
export function parseChunkIndex(cursor: Cursor, sizes: DatasetSizes): Layout {
  const [flags, axes, width] = [cursor.u8(), cursor.u8(), cursor.u8()]
  if (width < 1 || width > 8) throw damaged('extents of chunks have no size', { offset: cursor.position })
  const extents: number[] = []
  for (let axis = 0; axis < axes; axis++) extents.push(cursor.uint(width))
  const chunkShape = chunkShapeOf(extents, sizes, cursor)
  const type = cursor.u8()
  if (type < SINGLE || type > BTREE2)
    throw unsupported(`the index ${type} of chunks is not supported`, { offset: cursor.position })
  const stored = parseParameters(cursor, type, flags)
  const address = cursor.address()
  const index = address === undefined ? undefined : indexOf(type, address, stored)
  return {
    kind: 'chunked',
    chunkShape,
    index: index ?? { kind: 'none' },
    plainEdges: (flags & PLAIN_EDGES) !== 0,
  }
}
