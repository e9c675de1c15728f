// B-trees, version 1, from the leaves up (HDF5 File Format Specification 4.0, III.A.1).

import { type Blocks, type Place, put } from './place.js'
import { OFFSET_BYTES, Put } from './put.js'

/** What a tree finds, in the order of its keys. */
export interface TreeItems {
  /** 0: the symbol table nodes of a group; 1: chunks. */
  readonly type: 0 | 1
  /** Most children of a node: 2K. */
  readonly most: number
  /** Size of a key. */
  readonly keyBytes: number
  readonly count: number
  /** Address of an item. */
  child(i: number): number
  /** Puts the key to the left of an item; `count`: the one to the right of the last. */
  key(block: Put, i: number): void
}

const HEAD_BYTES = 24

/** Nodes of the same distance from the leaves. */
interface Level {
  readonly level: number
  /** Address of the first. They lie side by side. */
  readonly base: number
  readonly count: number
  /** Items below one of their children. */
  readonly span: number
}

/** Nodes always have the size of full ones. */
function nodeBytes({ most, keyBytes }: TreeItems): number {
  return HEAD_BYTES + most * OFFSET_BYTES + (most + 1) * keyBytes
}

function node(
  items: TreeItems,
  { level, base, count, span }: Level,
  i: number,
  below: Level | undefined,
): Uint8Array {
  const { type, most } = items
  const size = nodeBytes(items)
  const children = below?.count ?? items.count
  const first = i * most
  const used = Math.min(most, children - first)
  const block = new Put().text('TREE').u8(type).u8(level).u16(used)
  block.address(i === 0 ? undefined : base + (i - 1) * size)
  block.address(i === count - 1 ? undefined : base + (i + 1) * size)
  for (let child = first; child < first + used; child++) {
    items.key(block, child * span)
    block.address(below === undefined ? items.child(child) : below.base + child * size)
  }
  items.key(block, Math.min((first + used) * span, items.count))
  return block.finish(size)
}

/** Writes a tree, one without items too. @returns the address of its root */
export function* layTree(place: Place, items: TreeItems): Blocks<number> {
  let below: Level | undefined
  let root = place.position
  for (let level = 0; below === undefined || below.count > 1; level++) {
    const count = Math.max(1, Math.ceil((below?.count ?? items.count) / items.most))
    const nodes: Level = { level, base: place.position, count, span: items.most ** level }
    for (let i = 0; i < count; i++) root = yield* put(place, node(items, nodes, i, below))
    below = nodes
  }
  return root
}
