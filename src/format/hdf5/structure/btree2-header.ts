// Parses the header of a version 2 B-tree, and what follows from it for its nodes
// (HDF5 File Format Specification 4.0, III.A.2, BTHD).

import { damaged, unsupported } from '../../../core/errors.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import { bytesFor } from '../bytes/sizes.js'

/** Signature, version, type and checksum of a node, in bytes. */
const NODE_OVERHEAD = 10
/** No tree of two records a node in a file of 2^53 bytes is deeper. */
const MAX_DEPTH = 53

/** The header of a tree. */
export interface Tree {
  /** Which kind of records it has. */
  readonly type: number
  /** In bytes, as that of a record. */
  readonly nodeSize: number
  readonly recordSize: number
  readonly depth: number
  /** How many records it has in all. */
  readonly total: number
  readonly root: NodePlace | undefined
}

export interface NodePlace {
  readonly address: number
  readonly records: number
}

/** Sizes of the fields that point to the nodes of one level. */
export interface Level {
  /** Most records that fit in a node. */
  readonly most: number
  /** Size of the number of records in and below a node of this level, in bytes; 0 for leaves. */
  readonly totalSize: number
}

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED for other versions, IO */
export async function readTree(file: FileBytes, address: number): Promise<Tree> {
  const { offset, length } = file.sizes
  const block = await file.block(address, 22 + offset + length)
  block.signature('BTHD')
  const version = block.u8()
  if (version !== 0)
    throw unsupported(`B-trees 2 of version ${version} are not supported`, { offset: address })
  const type = block.u8()
  const nodeSize = block.u32()
  const recordSize = block.u16()
  const depth = block.u16()
  // When nodes are split and merged.
  block.skip(2)
  const root = block.address()
  const records = block.u16()
  const total = block.length()
  checkLookup3(block, 'the header of a B-tree')
  const tree: Tree = {
    type,
    nodeSize,
    recordSize,
    depth,
    total,
    root: root === undefined ? undefined : { address: root, records },
  }
  checkHeader(file, tree, address)
  return tree
}

/** Bounds what is read and walked. */
function checkHeader(file: FileBytes, tree: Tree, offset: number): void {
  const { depth, nodeSize, recordSize, total } = tree
  if (depth > MAX_DEPTH) throw damaged(`a B-tree claims ${depth} levels`, { offset })
  if (recordSize === 0 || nodeSize < NODE_OVERHEAD + recordSize)
    throw damaged('a B-tree has nodes too small for its records', { offset })
  const { size } = file.source
  if (size !== undefined && total * recordSize > size)
    throw damaged(`a B-tree claims ${total} records, more than fit in the file`, { offset })
}

/** From the leaves up. */
export function levelsOf({ depth, nodeSize, recordSize }: Tree, addressSize: number): readonly Level[] {
  const most = Math.floor((nodeSize - NODE_OVERHEAD) / recordSize)
  const levels: Level[] = [{ most, totalSize: 0 }]
  let all = most
  let below = levels[0] as Level
  for (let level = 1; level <= depth; level++) {
    const pointer = addressSize + bytesFor(most) + below.totalSize
    const mostHere = Math.max(0, Math.floor((nodeSize - NODE_OVERHEAD - pointer) / (recordSize + pointer)))
    all = (mostHere + 1) * all + mostHere
    below = { most: mostHere, totalSize: bytesFor(all) }
    levels.push(below)
  }
  return levels
}
