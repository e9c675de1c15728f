// Reads the records of a version 2 B-tree, whatever they are (HDF5 File Format Specification 4.0, III.A.2).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import { bytesFor } from '../bytes/sizes.js'
import { type Level, levelsOf, type NodePlace, readTree, type Tree } from './btree2-header.js'

/** What a walk through a tree has seen. */
interface Walk {
  readonly file: FileBytes
  readonly tree: Tree
  readonly levels: readonly Level[]
  readonly visited: Set<number>
  left: number
}

/** Reads a node up to its records, and takes note of it. */
async function openNode(walk: Walk, place: NodePlace, level: number): Promise<Cursor> {
  const { tree, levels, visited } = walk
  const { address, records } = place
  if (visited.has(address)) throw damaged('a B-tree has a loop', { offset: address })
  visited.add(address)
  if (records > (levels[level]?.most ?? 0))
    throw damaged(`a node of a B-tree claims ${records} records, more than fit in it`, { offset: address })
  walk.left -= records
  if (walk.left < 0) throw damaged('a B-tree has more records than it claims', { offset: address })
  const block = await walk.file.block(address, tree.nodeSize)
  block.signature(level === 0 ? 'BTLF' : 'BTIN')
  const version = block.u8()
  if (version !== 0)
    throw unsupported(`B-tree nodes of version ${version} are not supported`, { offset: address })
  if (block.u8() !== tree.type)
    throw damaged('a node belongs to a B-tree of another type', { offset: address })
  return block
}

/** The places of a node's children, behind its records. */
function children(walk: Walk, block: Cursor, records: number, level: number): readonly NodePlace[] {
  const countSize = bytesFor(walk.levels[0]?.most ?? 0)
  const totalSize = walk.levels[level - 1]?.totalSize ?? 0
  const places: NodePlace[] = []
  for (let i = 0; i <= records; i++) {
    places.push({ address: block.needAddress(), records: block.uint(countSize) })
    // How many records there are in and below it.
    block.skip(totalSize)
  }
  return places
}

async function* eachInNode(walk: Walk, place: NodePlace, level: number): AsyncGenerator<Cursor> {
  const block = await openNode(walk, place, level)
  const records: Cursor[] = []
  for (let i = 0; i < place.records; i++) records.push(block.part(walk.tree.recordSize))
  const below = level === 0 ? [] : children(walk, block, place.records, level)
  checkLookup3(block, 'a node of a B-tree')
  for (let i = 0; i <= records.length; i++) {
    const child = below[i]
    if (child !== undefined) yield* eachInNode(walk, child, level - 1)
    const record = records[i]
    if (record !== undefined) yield record
  }
}

/**
 * All records of a B-tree in their order, each with a cursor of its own.
 * @param address of the header (BTHD), absolute
 * @param types the types of records that the caller can read; all, if left out
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
 */
export async function* eachRecord(
  file: FileBytes,
  address: number,
  types?: readonly number[],
): AsyncGenerator<Cursor> {
  const tree = await readTree(file, address)
  if (types !== undefined && !types.includes(tree.type))
    throw damaged(`a B-tree has records of type ${tree.type}, which do not belong here`, { offset: address })
  if (tree.root === undefined) return
  const walk: Walk = {
    file,
    tree,
    levels: levelsOf(tree, file.sizes.offset),
    visited: new Set(),
    left: tree.total,
  }
  yield* eachInNode(walk, tree.root, tree.depth)
  if (walk.left > 0) throw damaged('a B-tree has fewer records than it claims', { offset: address })
}
