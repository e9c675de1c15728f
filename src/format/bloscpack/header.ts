// The 32-byte header of a Bloscpack archive: parsing, checking and writing it.

import { isNpy } from '../../array/npy/magic.js'
import { MAX_CHUNK_NBYTES } from '../../chunk/blosc1/header.js'
import { type ChecksumName, checksumById, checksumSpec } from '../../chunk/checksums.js'
import { type BlpkError, damaged, unsupported } from '../../core/errors.js'
import { type KnownFile, knownByBytes, storeText } from '../../core/known-files.js'
import { BLOSCPACK_MAGIC } from './magic.js'

/** Size of a Bloscpack header, in bytes. */
export const HEADER_BYTES = 32
/** The version of the format that is read and written. */
export const FORMAT_VERSION = 3

const OPTION_OFFSETS = 1
const OPTION_METADATA = 2
const UNKNOWN = -1n

/** The 32-byte header (Bloscpack README, "Description of the header"). `undefined` stands for −1, unknown. */
export interface BloscpackHeader {
  offsets: boolean
  metadata: boolean
  checksum: ChecksumName
  /** Item size of the data, in bytes; 1 if items are larger than 255 bytes. */
  typesize: number
  /** Plain size of every chunk but the last, in bytes. */
  chunkSize: number | undefined
  /** Plain size of the last chunk, in bytes. */
  lastChunk: number | undefined
  nchunks: number | undefined
  /** How many chunks can still be appended. */
  maxAppChunks: number
}

function readSize(value: number, name: string): number | undefined {
  if (value === -1) return undefined
  if (value < 0 || value > MAX_CHUNK_NBYTES) throw damaged(`the header has ${name} ${value}`, { offset: 8 })
  return value
}

function readCount(value: bigint, name: string, least: bigint): number | undefined {
  if (value === UNKNOWN && least === UNKNOWN) return undefined
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw damaged(`the header has ${name} ${value}`, { offset: 16 })
  }
  return Number(value)
}

function checkAgreement(h: BloscpackHeader): void {
  if (h.chunkSize !== undefined && h.lastChunk !== undefined && h.lastChunk > h.chunkSize) {
    throw damaged(`the header has a last chunk of ${h.lastChunk} bytes, larger than chunks of ${h.chunkSize}`)
  }
  if ((h.nchunks === undefined || !h.offsets) && h.maxAppChunks !== 0) {
    throw damaged(`the header reserves room for ${h.maxAppChunks} more chunks, but has no offsets`)
  }
  if (h.nchunks === 0) throw damaged('the header says that there are no chunks; an empty archive has one')
  if (h.nchunks === undefined && h.offsets)
    throw damaged('the header has offsets for an unknown number of chunks')
  // Said here, so that nobody who asks for the size later on has to reckon with an error.
  plainBytes(h)
}

function notArchive(bytes: Uint8Array): BlpkError {
  const known = knownByBytes(bytes)
  return known?.store === undefined ? otherFile(bytes, known) : unsupported(storeText(known))
}

/** What a Blosc2 frame starts with, after two bytes. */
const FRAME_MAGIC = Buffer.from('b2frame\0')

function startsWith(bytes: Uint8Array, magic: ArrayLike<number>): boolean {
  return Array.from(magic).every((byte, i) => bytes[i] === byte)
}

function otherFile(bytes: Uint8Array, known: KnownFile | undefined): BlpkError {
  if (startsWith(bytes.subarray(2), FRAME_MAGIC))
    return damaged(
      'this is a Blosc2 frame, not a Bloscpack archive',
      {},
      { call: 'convert', does: 'turns it into one' },
    )
  if (isNpy(bytes))
    return damaged('this is a .npy file, not an archive', {}, { call: 'compress', does: 'turns it into one' })
  if (known !== undefined)
    return damaged(
      `this is ${known.what}, not an archive`,
      {},
      { call: 'compress', does: 'packs it as plain bytes' },
    )
  if (bytes.length < HEADER_BYTES)
    return damaged(
      `this is not a Bloscpack archive: it has ${bytes.length} bytes, but its header alone takes ${HEADER_BYTES}`,
    )
  return damaged("this is not a Bloscpack archive: it does not start with 'blpk'")
}

/**
 * Reads and checks a Bloscpack header.
 * @param bytes at least 32 bytes
 * @throws BlpkError DAMAGED or UNSUPPORTED
 */
export function parseHeader(bytes: Uint8Array): BloscpackHeader {
  if (bytes.length < HEADER_BYTES || !startsWith(bytes, BLOSCPACK_MAGIC)) throw notArchive(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const version = view.getUint8(4)
  if (version !== FORMAT_VERSION) {
    throw unsupported(`the archive has Bloscpack format version ${version}; only version 3 can be read`)
  }
  const options = view.getUint8(5)
  if ((options & ~(OPTION_OFFSETS | OPTION_METADATA)) !== 0) {
    throw damaged(`the header sets unknown options (0x${options.toString(16)})`, { offset: 5 })
  }
  const h: BloscpackHeader = {
    offsets: (options & OPTION_OFFSETS) !== 0,
    metadata: (options & OPTION_METADATA) !== 0,
    checksum: checksumById(view.getUint8(6)).name,
    typesize: view.getUint8(7),
    chunkSize: readSize(view.getInt32(8, true), 'chunk size'),
    lastChunk: readSize(view.getInt32(12, true), 'last chunk size'),
    nchunks: readCount(view.getBigInt64(16, true), 'number of chunks', UNKNOWN),
    maxAppChunks: readCount(view.getBigInt64(24, true), 'room for chunks', 0n) ?? 0,
  }
  checkAgreement(h)
  return h
}

/** Writes a Bloscpack header: 32 bytes. */
export function formatHeader(h: BloscpackHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  bytes.set(BLOSCPACK_MAGIC)
  view.setUint8(4, FORMAT_VERSION)
  view.setUint8(5, (h.offsets ? OPTION_OFFSETS : 0) | (h.metadata ? OPTION_METADATA : 0))
  view.setUint8(6, checksumSpec(h.checksum).id)
  view.setUint8(7, h.typesize)
  view.setInt32(8, h.chunkSize ?? -1, true)
  view.setInt32(12, h.lastChunk ?? -1, true)
  view.setBigInt64(16, BigInt(h.nchunks ?? -1), true)
  view.setBigInt64(24, BigInt(h.maxAppChunks), true)
  return bytes
}

/** Plain size of the whole archive, in bytes, if the header knows it. */
export function plainBytes(h: BloscpackHeader): number | undefined {
  if (h.nchunks === undefined || h.chunkSize === undefined || h.lastChunk === undefined) return undefined
  const nbytes = h.chunkSize * (h.nchunks - 1) + h.lastChunk
  if (!Number.isSafeInteger(nbytes)) throw damaged(`the header claims ${nbytes} bytes of data`)
  return nbytes
}

/** Plain size that the header gives for chunk `i`, in bytes, if it knows it. */
export function chunkBytes(h: BloscpackHeader, i: number): number | undefined {
  if (h.nchunks === undefined) return undefined
  return i === h.nchunks - 1 ? h.lastChunk : h.chunkSize
}
