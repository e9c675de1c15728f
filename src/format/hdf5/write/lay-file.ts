// Lays out the metadata of a new file behind its chunks: heaps, then each object after all that it points to.

import { attributeMessages } from './attributes.js'
import { layDataset } from './dataset.js'
import { GlobalHeap } from './global-heap.js'
import { type Message, objectHeader } from './object-header.js'
import { type Blocks, type Place, put } from './place.js'
import { superblock } from './superblock.js'
import { type Entry, laySymbolTable, symbolTableMessage } from './symbol-table.js'
import type { NewDataset, NewGroup } from './tree.js'

const SYMBOL_TABLE = 0x11

type Attributes = ReadonlyMap<NewGroup | NewDataset, readonly Message[]>

/** The attributes of all objects; their strings go into the heap. */
function collect(node: NewGroup | NewDataset, heap: GlobalHeap, found: Map<object, Message[]>): void {
  found.set(node, attributeMessages(node.attributes, heap))
  if (node.kind === 'group') for (const member of node.members.values()) collect(member, heap, found)
}

function* layGroup(place: Place, group: NewGroup, attributes: Attributes): Blocks<number> {
  const entries: Entry[] = []
  for (const [name, member] of group.members)
    entries.push({ name, address: yield* layNode(place, member, attributes) })
  const table = yield* laySymbolTable(place, entries)
  const header = objectHeader([
    { type: SYMBOL_TABLE, body: symbolTableMessage(table) },
    ...(attributes.get(group) ?? []),
  ])
  return yield* put(place, header)
}

function* layNode(place: Place, node: NewGroup | NewDataset, attributes: Attributes): Blocks<number> {
  if (node.kind === 'group') return yield* layGroup(place, node, attributes)
  return yield* layDataset(place, node, attributes.get(node) ?? [])
}

/**
 * Writes an object and all that is in it.
 * @returns the address of its header
 * @throws BlpkError USAGE for impossible names, UNSUPPORTED for what HDF5 cannot hold
 */
export function* layObject(place: Place, node: NewGroup | NewDataset): Blocks<number> {
  const heap = new GlobalHeap(place.position)
  const attributes = new Map<NewGroup | NewDataset, Message[]>()
  collect(node, heap, attributes)
  for (const block of heap.finish()) yield* put(place, block)
  return yield* layNode(place, node, attributes)
}

/**
 * The metadata of a file. Only what a single block needs is in memory, besides the tree and the strings of attributes.
 * @param position end of the chunks, in bytes; the superblock has its room at the start of the file
 * @returns the superblock, once all blocks were taken: they follow each other from `position` on
 * @throws BlpkError USAGE for impossible names, UNSUPPORTED for what HDF5 cannot hold
 */
export function* layFile(root: NewGroup, position: number): Blocks<Uint8Array> {
  const place: Place = { position }
  const address = yield* layObject(place, root)
  return superblock(address, place.position)
}
