// Parses the header of a fractal heap (HDF5 File Format Specification 4.0, III.G, FRHP).

import { damaged, unsupported } from '../../../core/errors.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import { bytesFor } from '../bytes/sizes.js'
import { checkTable, type DoublingTable } from './doubling-table.js'

/** Sizes in bytes, addresses absolute. */
export interface HeapHeader {
  readonly address: number
  readonly table: DoublingTable
  /** Size of an object's ID. */
  readonly idSize: number
  /** Whether direct blocks have checksums. */
  readonly checksums: boolean
  /** Size of a position in the heap. */
  readonly offsetSize: number
  /** Size of the length of an object in a block. */
  readonly lengthSize: number
  /** Of the first block; undefined if there is none. */
  readonly root: number | undefined
  /** Of the indirect block that the root is; 0 if it is a direct one. */
  readonly rootRows: number
  /** Of the B-tree over huge objects whose IDs do not hold their addresses. */
  readonly hugeTree: number | undefined
}

const MAX_HEAP_BITS = 64

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED for other versions and for heaps with filters, IO */
export async function readHeapHeader(file: FileBytes, address: number): Promise<HeapHeader> {
  const { offset: O, length: L } = file.sizes
  const block = await file.block(address, 26 + 3 * O + 12 * L)
  block.signature('FRHP')
  const version = block.u8()
  if (version !== 0)
    throw unsupported(`fractal heaps of version ${version} are not supported`, { offset: address })
  const [idSize, filterBytes, flags] = [block.u16(), block.u16(), block.u8()]
  if (filterBytes > 0) throw unsupported('fractal heaps with filters are not supported', { offset: address })
  const maxObject = block.u32()
  // The ID of the next huge object.
  block.skip(L)
  const hugeTree = block.address()
  // Free space and its manager, and eight counts and sizes of objects.
  block.skip(L + O + 8 * L)
  const width = block.u16()
  const table = { width, startSize: block.length(), maxDirectSize: block.length() }
  const bits = block.u16()
  // How many rows a root starts with.
  block.skip(2)
  const root = block.address()
  const rootRows = block.u16()
  checkLookup3(block, 'the header of a fractal heap')
  checkTable(table, address)
  if (bits > MAX_HEAP_BITS || rootRows > MAX_HEAP_BITS)
    throw damaged('a fractal heap claims more than 2^64 bytes', { offset: address })
  const lengthSize = Math.min(Math.ceil(Math.log2(table.maxDirectSize) / 8), bytesFor(maxObject))
  const offsetSize = Math.ceil(bits / 8)
  const checksums = (flags & 2) !== 0
  return { address, table, idSize, checksums, offsetSize, lengthSize, root, rootRows, hugeTree }
}
