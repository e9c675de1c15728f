// Parses the data layout message, versions 1 to 5 (HDF5 File Format Specification 4.0, IV.A.2.i).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { Layout } from '../model.js'
import { type DatasetSizes, parseChunked, parseChunkIndex } from './layout-chunked.js'

const COMPACT = 0
const CONTIGUOUS = 1
const CHUNKED = 2
const VIRTUAL = 3

/** @throws BlpkError DAMAGED if there is not exactly what the dataset needs */
function compact(bytes: Uint8Array, { nbytes }: DatasetSizes, offset: number): Layout {
  if (bytes.length < nbytes)
    throw damaged(`the dataset has ${bytes.length} bytes, but needs ${nbytes}`, { offset })
  return { kind: 'compact', bytes: bytes.slice(0, nbytes) }
}

/** Versions 1 and 2. */
function parseOld(cursor: Cursor, sizes: DatasetSizes): Layout {
  const axes = cursor.u8()
  const kind = cursor.u8()
  cursor.skip(5)
  const address = kind === COMPACT ? undefined : cursor.address()
  const extents: number[] = []
  for (let axis = 0; axis < axes; axis++) extents.push(cursor.u32())
  if (kind === COMPACT) return compact(cursor.take(cursor.u32()), sizes, cursor.position)
  if (kind === CONTIGUOUS) return { kind: 'contiguous', address, nbytes: sizes.nbytes }
  if (kind !== CHUNKED)
    throw unsupported(`storage of class ${kind} is not supported`, { offset: cursor.position })
  return parseChunked(extents, sizes, cursor, address)
}

function parseContiguous(cursor: Cursor, { nbytes }: DatasetSizes): Layout {
  const address = cursor.address()
  const stored = cursor.length()
  if (address !== undefined && stored < nbytes)
    throw damaged(`the dataset has ${stored} bytes, but needs ${nbytes}`, { offset: cursor.position })
  return { kind: 'contiguous', address, nbytes }
}

/** Version 3: the only index of chunks is a B-tree of version 1. */
function parseOldChunked(cursor: Cursor, sizes: DatasetSizes): Layout {
  const axes = cursor.u8()
  const address = cursor.address()
  const extents: number[] = []
  for (let axis = 0; axis < axes; axis++) extents.push(cursor.u32())
  return parseChunked(extents, sizes, cursor, address)
}

/**
 * Parses where the values of a dataset are.
 * @throws BlpkError DAMAGED if it does not fit to the dataset, UNSUPPORTED for other versions
 */
export function parseLayout(cursor: Cursor, sizes: DatasetSizes): Layout {
  const version = cursor.u8()
  if (version < 1 || version > 5)
    throw unsupported(`storage of version ${version} is not supported`, { offset: cursor.position })
  if (version < 3) return parseOld(cursor, sizes)
  const kind = cursor.u8()
  if (kind === COMPACT) return compact(cursor.take(cursor.u16()), sizes, cursor.position)
  if (kind === CONTIGUOUS) return parseContiguous(cursor, sizes)
  if (kind === CHUNKED) return version === 3 ? parseOldChunked(cursor, sizes) : parseChunkIndex(cursor, sizes)
  if (kind === VIRTUAL) return { kind: 'elsewhere', what: 'other datasets' }
  throw unsupported(`storage of class ${kind} is not supported`, { offset: cursor.position })
}
