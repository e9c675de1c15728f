// Reads the links of an old group: a B-tree of version 1 over symbol table nodes
// (HDF5 File Format Specification 4.0, III.A.1, III.B and III.C).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import type { Link } from '../model.js'
import { heapText, readLocalHeap } from './local-heap.js'

/** Type of the nodes whose children are symbol table nodes. */
const GROUP_NODES = 0
/** What the scratch space of an entry holds: the place of a soft link's path. */
const SOFT_LINK = 2
const SCRATCH_BYTES = 16
const SNOD_HEAD_BYTES = 8

/** What a walk through a group has seen. */
interface Walk {
  readonly file: FileBytes
  readonly heap: Cursor
  readonly visited: Set<number>
}

function visit({ visited }: Walk, address: number): void {
  if (visited.has(address)) throw damaged('the B-tree of a group has a loop', { offset: address })
  visited.add(address)
}

/** @returns undefined for an entry without a name, which a deleted link may leave */
function parseEntry(cursor: Cursor, heap: Cursor): Link {
  const name = heapText(heap, cursor.length())
  const address = cursor.address()
  const cache = cursor.u32()
  cursor.skip(4)
  const scratch = cursor.part(SCRATCH_BYTES)
  if (cache === SOFT_LINK) return { name, kind: 'soft', path: heapText(heap, scratch.u32()) }
  if (address === undefined) throw damaged(`the link '${name}' leads nowhere`, { offset: cursor.position })
  return { name, kind: 'hard', address }
}

async function* eachInTable(walk: Walk, address: number): AsyncGenerator<Link> {
  const { file, heap } = walk
  visit(walk, address)
  const head = await file.block(address, SNOD_HEAD_BYTES)
  head.signature('SNOD')
  const version = head.u8()
  if (version !== 1)
    throw unsupported(`symbol table nodes of version ${version} are not supported`, { offset: address })
  head.skip(1)
  const count = head.u16()
  const { offset, length } = file.sizes
  const entries = await file.block(
    address + SNOD_HEAD_BYTES,
    count * (length + offset + 4 + 4 + SCRATCH_BYTES),
  )
  for (let i = 0; i < count; i++) yield parseEntry(entries, heap)
}

/** Addresses of the children of a node. */
async function childrenOf(walk: Walk, address: number, level: number | undefined) {
  visit(walk, address)
  const { offset, length } = walk.file.sizes
  const head = await walk.file.block(address, 8)
  head.signature('TREE')
  const [type, found, count] = [head.u8(), head.u8(), head.u16()]
  if (type !== GROUP_NODES || (level !== undefined && found !== level))
    throw damaged('a node does not belong to the B-tree of its group', { offset: address })
  // Behind the addresses of the nodes at its sides, keys and children alternate.
  const body = await walk.file.block(address + 8, 2 * offset + count * (length + offset))
  body.skip(2 * offset)
  const children: number[] = []
  for (let i = 0; i < count; i++) {
    body.skip(length)
    children.push(body.needAddress())
  }
  return { children, level: found }
}

async function* eachInNode(walk: Walk, address: number, wanted?: number): AsyncGenerator<Link> {
  const { children, level } = await childrenOf(walk, address, wanted)
  for (const child of children) {
    if (level === 0) yield* eachInTable(walk, child)
    else yield* eachInNode(walk, child, level - 1)
  }
}

/**
 * The links of an old group, by name.
 * @param message the symbol table message of the group
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function* symbolTableLinks(file: FileBytes, message: Cursor): AsyncGenerator<Link> {
  const [tree, heap] = [message.needAddress(), message.needAddress()]
  yield* eachInNode({ file, heap: await readLocalHeap(file, heap), visited: new Set() }, tree)
}
