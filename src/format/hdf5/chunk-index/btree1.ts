// The index of older files: a version 1 B-tree of chunks
// (HDF5 File Format Specification 4.0, III.A.1, node type 1).

import { damaged } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import type { ChunkEntry } from '../model.js'

const CHUNK_NODE = 1
/** Signature, type, level and number of entries. */
const PREFIX_BYTES = 8
/** No tree of two entries a node in a file of 2^53 bytes is deeper. */
const MAX_LEVEL = 53

/** Takes a chunk. @param at the position of its first item along each axis, in items */
export type TakeAt = (at: readonly number[], entry: ChunkEntry) => void

interface Walk {
  readonly file: FileBytes
  /** Axes of the dataset. */
  readonly rank: number
  readonly visited: Set<number>
  readonly take: TakeAt
  /** Bytes that all nodes may have: they do not overlap. */
  left: number
}

interface Key {
  readonly cbytes: number
  readonly mask: number
  readonly at: readonly number[]
}

function readKey(block: Cursor, rank: number): Key {
  const cbytes = block.u32()
  const mask = block.u32()
  const at = Array.from({ length: rank }, () => block.uint(8))
  // The offset within an item, always 0.
  block.skip(8)
  return { cbytes, mask, at }
}

async function walkNode(walk: Walk, address: number, expected: number | undefined): Promise<void> {
  const { file, rank, visited, take } = walk
  if (visited.has(address)) throw damaged('the B-tree of the chunks has a loop', { offset: address })
  visited.add(address)
  const { offset } = file.sizes
  const head = await file.block(address, PREFIX_BYTES)
  head.signature('TREE')
  if (head.u8() !== CHUNK_NODE) throw damaged('the B-tree is not one of chunks', { offset: address })
  const level = head.u8()
  if (level > MAX_LEVEL || (expected !== undefined && level !== expected))
    throw damaged(`a node of the B-tree of the chunks claims level ${level}`, { offset: address })
  const entries = head.u16()
  // Neighbours left and right are not needed.
  const start = address + PREFIX_BYTES + 2 * offset
  const nbytes = entries * (8 + 8 * (rank + 1) + offset)
  walk.left -= nbytes
  if (walk.left < 0) throw damaged('the B-tree of the chunks is larger than the file', { offset: address })
  const block = await file.block(start, nbytes)
  for (let i = 0; i < entries; i++) {
    const { at, cbytes, mask } = readKey(block, rank)
    const child = block.needAddress()
    if (level === 0) take(at, { address: child, cbytes, mask })
    else await walkNode(walk, child, level - 1)
  }
}

/** @param rank axes of the dataset @throws BlpkError DAMAGED, IO */
export async function readBtree1(
  file: FileBytes,
  address: number,
  rank: number,
  take: TakeAt,
): Promise<void> {
  const left = file.source.size ?? Number.POSITIVE_INFINITY
  await walkNode({ file, rank, visited: new Set(), take, left }, address, undefined)
}
