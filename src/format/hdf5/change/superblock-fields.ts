// The fields of a superblock that a change writes again: where the file ends, and its root group
// (HDF5 File Format Specification 4.0, II.A and III.C).

import { lookup3 } from '../bytes/lookup3.js'
import type { Superblock } from '../structure/superblock.js'
import type { SymbolTable } from '../write/symbol-table.js'

/** Positions of the fields, from the signature on, in bytes. */
interface Fields {
  readonly end: number
  readonly root: number
  /** Of what the root's entry caches; only in old superblocks. */
  readonly cache?: number
  readonly nbytes: number
}

const OLD: Fields = { end: 40, root: 64, cache: 72, nbytes: 96 }
const NEW: Fields = { end: 28, root: 36, nbytes: 48 }
/** Version 1 has the size of nodes of chunks besides. */
const MORE_IN_1 = 4
const CHECKSUM_BYTES = 4
const CACHE_BYTES = 24
const CACHED_TABLE = 1

function fieldsOf({ version }: Superblock): Fields {
  if (version > 1) return NEW
  const more = version === 1 ? MORE_IN_1 : 0
  const { end, root, cache = 0, nbytes } = OLD
  return { end: end + more, root: root + more, cache: cache + more, nbytes: nbytes + more }
}

/** Size of the superblock, in bytes. */
export function superblockBytes(superblock: Superblock): number {
  return fieldsOf(superblock).nbytes
}

/** How much of the superblock no change touches, in bytes from its start. */
export function steadyBytes(superblock: Superblock): number {
  return fieldsOf(superblock).end
}

/** The root group after a change, by address; and where its names are, if that is a symbol table. */
export interface NewRoot {
  readonly address: number
  readonly table: SymbolTable | undefined
}

/**
 * The superblock after a change.
 * @param bytes of the superblock before
 * @param end of the file, as an address
 */
export function changedSuperblock(
  superblock: Superblock,
  bytes: Uint8Array,
  end: number,
  root: NewRoot | undefined,
): Uint8Array {
  const fields = fieldsOf(superblock)
  const changed = bytes.slice()
  const view = new DataView(changed.buffer)
  // The one address that counts from the start of the file, as the file has it.
  view.setBigUint64(fields.end, BigInt(end + superblock.storedBase), true)
  if (root !== undefined) {
    view.setBigUint64(fields.root, BigInt(root.address), true)
    if (fields.cache !== undefined) putCache(view, fields.cache, root)
  }
  if (superblock.version > 1) {
    const sum = fields.nbytes - CHECKSUM_BYTES
    view.setUint32(sum, lookup3(changed.subarray(0, sum)), true)
  }
  return changed
}

function putCache(view: DataView, at: number, { table }: NewRoot): void {
  new Uint8Array(view.buffer, view.byteOffset + at, CACHE_BYTES).fill(0)
  if (table === undefined) return
  view.setUint32(at, CACHED_TABLE, true)
  view.setBigUint64(at + 8, BigInt(table.tree), true)
  view.setBigUint64(at + 16, BigInt(table.heap), true)
}
