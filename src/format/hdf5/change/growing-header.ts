// The parts of a dataset's header that grow with it: its extents, and where the index of its chunks is
// (HDF5 File Format Specification 4.0, IV.A.2.b and IV.A.2.i).

import type { Range } from '../../../bytes/mutable-parts.js'
import { lookup3 } from '../bytes/lookup3.js'
import { MESSAGE, MESSAGE_FLAG, type Message } from '../structure/message.js'
import type { HeaderBlock } from '../structure/object-header.js'
import type { BytePatch } from './file-change.js'

const HAS_MAXIMA = 1
const CHUNKED = 2
/** The version of the layout message whose only index is a B-tree of version 1. */
const TREE_LAYOUT = 3
/** From the start of a message, in bytes. */
const EXTENTS_AT: Readonly<Record<number, number>> = { 1: 8, 2: 4 }
const INDEX_AT = 3
const CHECKSUM_BYTES = 4
const NO_ADDRESS = 2n ** 64n - 1n

/** Fields of eight bytes, with the blocks of the header that they are in. */
interface Field {
  readonly block: HeaderBlock
  /** Absolute, in bytes. */
  readonly position: number
}

/** What of a header grows. */
export interface GrowingHeader {
  /** The first extent. */
  readonly rows: Field
  readonly index: Field
}

function isOwn({ flags }: Message): boolean {
  return (flags & MESSAGE_FLAG.shared) === 0
}

function extentsAt({ body: { bytes } }: Message): number | undefined {
  const [version = 0, rank = 0, flags = 0] = bytes
  return rank > 0 && (flags & HAS_MAXIMA) !== 0 ? EXTENTS_AT[version] : undefined
}

function hasTree({ body: { bytes } }: Message): boolean {
  return bytes[0] === TREE_LAYOUT && bytes[1] === CHUNKED
}

/**
 * What grows with a dataset.
 * @param blocks of its header
 * @returns undefined for an object that is no dataset, or one that never grows
 */
export function growingHeader(blocks: readonly HeaderBlock[]): GrowingHeader | undefined {
  let rows: Field | undefined
  let index: Field | undefined
  for (const block of blocks)
    for (const message of block.messages.filter(isOwn)) {
      const { type, body } = message
      const at = type === MESSAGE.dataspace ? extentsAt(message) : undefined
      if (at !== undefined) rows ??= { block, position: body.position + at }
      if (type === MESSAGE.layout && hasTree(message)) index ??= { block, position: body.position + INDEX_AT }
    }
  return rows === undefined || index === undefined ? undefined : { rows, index }
}

/** The blocks of the header that change, absolute. */
export function growingRanges({ rows, index }: GrowingHeader): Range[] {
  const blocks = rows.block === index.block ? [rows.block] : [index.block, rows.block]
  return blocks.map(({ position, nbytes }) => [position, nbytes])
}

/** Values of the fields of one block. */
type Values = readonly (readonly [Field, bigint])[]

function patched(block: HeaderBlock, before: Uint8Array, values: Values): BytePatch {
  const bytes = before.slice()
  const view = new DataView(bytes.buffer)
  for (const [field, value] of values)
    if (field.block === block) view.setBigUint64(field.position - block.position, value, true)
  if (block.prefix.version === 2) {
    const sum = bytes.length - CHECKSUM_BYTES
    view.setUint32(sum, lookup3(bytes.subarray(0, sum)), true)
  }
  return { position: block.position, bytes }
}

/**
 * The header of a dataset that has grown. The index comes first: with the old extents, what it has beyond them does
 * not count yet.
 * @param rows extent of the first axis
 * @param index address of the index; undefined if there are no chunks
 * @param read reads from the file as it was
 */
export async function grownHeader(
  header: GrowingHeader,
  rows: number,
  index: number | undefined,
  read: (position: number, nbytes: number) => Promise<Uint8Array>,
): Promise<BytePatch[]> {
  const values: Values = [
    [header.index, index === undefined ? NO_ADDRESS : BigInt(index)],
    [header.rows, BigInt(rows)],
  ]
  const blocks = new Set([header.index.block, header.rows.block])
  const patches: BytePatch[] = []
  for (const block of blocks) patches.push(patched(block, await read(block.position, block.nbytes), values))
  return patches
}
