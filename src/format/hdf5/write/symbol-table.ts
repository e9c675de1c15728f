// Groups as symbol tables: a heap of names, nodes of entries and a tree over them, which every HDF5 reads
// (HDF5 File Format Specification 4.0, III.A.1 node type 0, III.B, III.C and III.D).

import { usage } from '../../../core/errors.js'
import { layTree } from './btree1.js'
import { type Blocks, type Place, put } from './place.js'
import { OFFSET_BYTES, Put } from './put.js'

/** Twice the K of nodes of entries and of the tree that readers assume if the superblock has no extension. */
const MOST_ENTRIES = 8
const MOST_CHILDREN = 32
const ENTRY_BYTES = 40
const NODE_BYTES = 8 + MOST_ENTRIES * ENTRY_BYTES
const HEAP_HEAD_BYTES = 32
/** What the room of an entry holds: where the path of a soft link is. */
const SOFT_LINK = 2
/** The free list of a heap without room. */
const NO_FREE_BLOCK = 1

/** A name in a group: of an object, by the address of its header, or of another path. */
export type Entry = { readonly name: string } & ({ readonly address: number } | { readonly target: string })

/** Where the parts of a symbol table are. */
export interface SymbolTable {
  readonly tree: number
  readonly heap: number
}

/** Texts in the heap are in UTF-8, each at an offset in bytes. */
interface Named {
  readonly name: string
  readonly bytes: Uint8Array
  readonly offset: number
  readonly to: { readonly address: number } | { readonly bytes: Uint8Array; readonly offset: number }
}

const encoder = new TextEncoder()

/** @throws BlpkError USAGE for names that HDF5 cannot tell apart from paths */
function checkName(name: string): void {
  if (name === '' || name === '.' || /[/\0]/.test(name))
    throw usage(`HDF5 has no name ${JSON.stringify(name)} in a group`)
}

/** The names in the order of their bytes, and where they lie in the heap, after the empty name. */
function sorted(entries: readonly Entry[]): Named[] {
  let end = 8
  const place = (text: Uint8Array): { bytes: Uint8Array; offset: number } => {
    const offset = end
    end += Math.ceil((text.length + 1) / 8) * 8
    return { bytes: text, offset }
  }
  return entries
    .map((entry) => ({ entry, bytes: encoder.encode(entry.name) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ entry, bytes }) => {
      checkName(entry.name)
      const own = place(bytes)
      return { name: entry.name, ...own, to: 'target' in entry ? place(encoder.encode(entry.target)) : entry }
    })
}

function localHeap(names: readonly Named[], position: number): Uint8Array {
  const data = new Put().zeros(8)
  for (const { bytes, to } of names) {
    data.raw(bytes).u8(0).pad()
    if ('offset' in to) data.raw(to.bytes).u8(0).pad()
  }
  const block = new Put().text('HEAP').u8(0).zeros(3)
  block
    .length64(data.length)
    .length64(NO_FREE_BLOCK)
    .address(position + HEAP_HEAD_BYTES)
  return block.raw(data.finish()).finish()
}

function symbolNode(names: readonly Named[]): Uint8Array {
  const block = new Put().text('SNOD').u8(1).u8(0).u16(names.length)
  for (const { offset, to } of names) {
    block.length64(offset)
    if ('offset' in to) block.none().u32(SOFT_LINK).zeros(4).u32(to.offset).zeros(12)
    // Nothing is cached: type 0, and 16 bytes of room.
    else block.address(to.address).u32(0).zeros(20)
  }
  return block.finish(NODE_BYTES)
}

/** Writes the names of a group, which may be none. @throws BlpkError USAGE for an impossible name */
export function* laySymbolTable(place: Place, entries: readonly Entry[]): Blocks<SymbolTable> {
  const names = sorted(entries)
  const heap = yield* put(place, localHeap(names, place.position))
  const first = place.position
  for (let i = 0; i < names.length; i += MOST_ENTRIES)
    yield* put(place, symbolNode(names.slice(i, i + MOST_ENTRIES)))
  const tree = yield* layTree(place, {
    type: 0,
    most: MOST_CHILDREN,
    keyBytes: OFFSET_BYTES,
    count: Math.ceil(names.length / MOST_ENTRIES),
    child: (i) => first + i * NODE_BYTES,
    // The last name to the left; at the very left, the empty one.
    key: (block, i) => block.length64(names[Math.min(i * MOST_ENTRIES, names.length) - 1]?.offset ?? 0),
  })
  return { tree, heap }
}

/** The message that makes an object a group. */
export function symbolTableMessage({ tree, heap }: SymbolTable): Uint8Array {
  return new Put().address(tree).address(heap).finish()
}
