// Finds and parses the superblock, versions 0 to 3 (HDF5 File Format Specification 4.0, II.A).

import type { ByteSource } from '../../../bytes/byte-source.js'
import { type BlpkError, damaged, unsupported } from '../../../core/errors.js'
import { Cursor } from '../bytes/cursor.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import { findSuperblock, SIGNATURE } from '../traits.js'

/** Enough for every version with fields of 8 bytes. */
const MOST_BYTES = 128
const FIELD_SIZES = [2, 4, 8]

/** What a file says of itself. Addresses are absolute positions, in bytes. */
export interface Superblock {
  readonly version: number
  /** Its own position: where a user block in front of it ends, and addresses count from. */
  readonly position: number
  /** Size of an address, in bytes. */
  readonly offsetSize: number
  /** Size of a length, in bytes. */
  readonly lengthSize: number
  /** Where the file should end, as it says. */
  readonly endOfFile: number
  /** Of the object header of the root group. */
  readonly root: number
  /** Of an object header with more about the file. */
  readonly extension: number | undefined
  /** Bit 0: open for writing; bit 2: for writing while others read. From version 3 on; before, it is 0. */
  readonly consistency: number
  /** Addresses in the file count from here, as the file says, in bytes. */
  readonly storedBase: number
  /** Most entries of nodes in trees, halved: versions 2 and 3 have the usual ones, or an extension. */
  readonly nodes: NodeSizes
}

/** The "K" of each kind of node: half of the most entries, rounded up. */
export interface NodeSizes {
  readonly symbols: number
  readonly group: number
  readonly chunks: number
}

/** What readers assume if the file does not say it. */
export const USUAL_NODES: NodeSizes = { symbols: 4, group: 16, chunks: 32 }

/** Reads with other sizes of fields from here on. */
function sized(start: Cursor, offset: number, length: number): Cursor {
  if (!FIELD_SIZES.includes(offset) || !FIELD_SIZES.includes(length))
    throw unsupported(`addresses of ${offset} and lengths of ${length} bytes are not supported`, {
      offset: start.position,
    })
  const cursor = new Cursor(start.bytes, { offset, length, base: start.position }, start.position)
  cursor.at = start.at
  return cursor
}

/**
 * The base address as the file has it. It is wrong if a user block came later; so addresses count from the superblock,
 * as for the HDF5 library.
 */
function storedBase(cursor: Cursor): number {
  return cursor.uint(cursor.sizes.offset)
}

/** Where the file ends; it is the one address that counts from the start of the file. */
function endOfFileIn(cursor: Cursor, base: number): number {
  const end = cursor.address()
  return end === undefined ? Number.MAX_SAFE_INTEGER : end - base
}

/** The file needs a driver of the HDF5 library, as those do whose parts lie in several files. */
export function severalFiles(offset: number): BlpkError {
  return unsupported('HDF5 files in several parts (drivers such as "family" and "multi") are not supported', {
    offset,
  })
}

/** Versions 0 and 1: the root group is an entry as those of a symbol table. */
function parseOld(start: Cursor, version: number): Superblock {
  // Versions of free space, root group and shared messages, and bytes for later use.
  start.skip(4)
  const [offsetSize, lengthSize] = [start.u8(), start.u8()]
  start.skip(1)
  const [symbols, group] = [start.u16(), start.u16()]
  // Consistency flags that nothing ever set.
  start.skip(4)
  const chunks = version === 1 ? start.u16() : USUAL_NODES.chunks
  if (version === 1) start.skip(2)
  const cursor = sized(start, offsetSize, lengthSize)
  const base = storedBase(cursor)
  // Free space.
  cursor.skip(offsetSize)
  const endOfFile = endOfFileIn(cursor, base)
  if (cursor.address() !== undefined) throw severalFiles(start.position)
  // The name of the root group.
  cursor.skip(lengthSize)
  const root = cursor.needAddress()
  const { position } = start
  return {
    version,
    position,
    offsetSize,
    lengthSize,
    endOfFile,
    root,
    extension: undefined,
    consistency: 0,
    storedBase: base,
    nodes: { symbols, group, chunks },
  }
}

/** Versions 2 and 3. */
function parseNew(start: Cursor, version: number): Superblock {
  const [offsetSize, lengthSize, flags] = [start.u8(), start.u8(), start.u8()]
  const cursor = sized(start, offsetSize, lengthSize)
  const base = storedBase(cursor)
  const extension = cursor.address()
  const endOfFile = endOfFileIn(cursor, base)
  const root = cursor.needAddress()
  checkLookup3(cursor, 'the superblock')
  const consistency = version === 3 ? flags : 0
  return {
    version,
    position: start.position,
    offsetSize,
    lengthSize,
    endOfFile,
    root,
    extension,
    consistency,
    storedBase: base,
    nodes: USUAL_NODES,
  }
}

/**
 * Finds and parses the superblock.
 * @throws BlpkError DAMAGED if there is none or it is malformed, CHECKSUM, UNSUPPORTED for other versions, IO
 */
export async function readSuperblock(source: ByteSource): Promise<Superblock> {
  const position = await findSuperblock(async (at, nbytes) => {
    const front = new Uint8Array(nbytes)
    return front.subarray(0, await source.read(at, front))
  })
  if (position === undefined) throw damaged('this is no HDF5 file: it has no superblock')
  const bytes = new Uint8Array(MOST_BYTES)
  const got = await source.read(position, bytes)
  const start = new Cursor(bytes.subarray(0, got), { offset: 8, length: 8, base: position }, position)
  start.skip(SIGNATURE.length)
  const version = start.u8()
  if (version > 3)
    throw unsupported(`superblocks of version ${version} are not supported`, { offset: position })
  return version < 2 ? parseOld(start, version) : parseNew(start, version)
}
