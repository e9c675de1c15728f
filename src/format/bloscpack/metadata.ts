// The metadata section of a Bloscpack archive: its header, its limits, and how it is packed.

import {
  type Checksum,
  type ChecksumName,
  checksumById,
  checksumSpec,
  sameDigest,
} from '../../chunk/checksums.js'
import { BlpkError, damaged, unsupported, usage } from '../../core/errors.js'
import { decodeJson } from '../../core/json/decode.js'
import { scanJson } from '../../core/json/json.js'
import { JsonFault } from '../../core/json/scan.js'
import { zlib } from '../../core/node-modules.js'

/** Size of the header of the metadata section, in bytes. */
export const METADATA_HEADER_BYTES = 32

/** Metadata of more plain bytes than this are not read: no real ones come near. */
const MAX_META_BYTES = 256 * 2 ** 20
/** Nor those of more than this that were packed to less than a hundredth. */
const MAX_WELL_PACKED = 96 * 2 ** 20
const MAX_RATIO = 100
const MAX_U32 = 2 ** 32 - 1
const FORMAT_JSON = 'JSON'
const CODEC_NONE = 0
const CODEC_ZLIB = 1
/** How much room is kept for larger metadata, as a multiple of its plain size: Bloscpack's default. */
const ROOM_FACTOR = 10
/** Of large metadata so many bytes more than they have: ten times tens of megabytes would be all of the archive. */
const MAX_ROOM_LEFT = 9 * 2 ** 20
const ZLIB_LEVEL = 6

/** The header of the metadata section (Bloscpack README, "Description of the metadata section"). */
export interface MetadataHeader {
  /** Serializer, as a rule JSON. */
  format: string
  checksum: ChecksumName
  codec: 'none' | 'zlib'
  level: number
  /** Plain size, in bytes. */
  size: number
  /** Room for the stored bytes, in bytes. */
  maxSize: number
  /** Size as stored, in bytes. */
  storedSize: number
}

/** The room that metadata of `size` plain bytes get, in bytes. */
export function metadataRoom(size: number): number {
  return Math.min(size * ROOM_FACTOR, size + MAX_ROOM_LEFT)
}

/** Size of the whole section, in bytes. */
export function metadataSectionBytes(h: MetadataHeader): number {
  return METADATA_HEADER_BYTES + h.maxSize + checksumSpec(h.checksum).size
}

/** Would metadata be so well packed that few bytes take much memory? */
function isBomb(size: number, storedSize: number): boolean {
  return size > MAX_WELL_PACKED && size > MAX_RATIO * storedSize
}

function checkMetadataHeader(h: MetadataHeader): void {
  const place = { offset: 32 }
  if (h.format !== FORMAT_JSON)
    throw unsupported(`the metadata is '${h.format}'; only JSON can be read`, place)
  if (h.storedSize > h.maxSize) throw damaged('the metadata is larger than its room', place)
  if (h.codec === 'none' && h.storedSize !== h.size)
    throw damaged('the sizes of the metadata contradict each other', place)
  const largest = Math.max(h.size, h.storedSize)
  if (largest > MAX_META_BYTES || isBomb(h.size, h.storedSize))
    throw unsupported(`the archive claims ${largest} bytes of metadata in ${h.storedSize}`, place)
}

/**
 * Reads and checks the header of the metadata section.
 * @param bytes at least 32 bytes
 */
export function parseMetadataHeader(bytes: Uint8Array): MetadataHeader {
  if (bytes.length < METADATA_HEADER_BYTES)
    throw damaged('the archive ends within its metadata', { offset: 32 })
  const view = new DataView(bytes.buffer, bytes.byteOffset, METADATA_HEADER_BYTES)
  const codec = view.getUint8(10)
  if (codec > CODEC_ZLIB)
    throw unsupported(`the metadata was compressed with codec number ${codec}, which is not known`)
  const h: MetadataHeader = {
    format: Buffer.from(bytes.subarray(0, 8))
      .toString('latin1')
      .replace(/[\0 ]+$/, ''),
    checksum: checksumById(view.getUint8(9)).name,
    codec: codec === CODEC_ZLIB ? 'zlib' : 'none',
    level: view.getUint8(11),
    size: view.getUint32(12, true),
    maxSize: view.getUint32(16, true),
    storedSize: view.getUint32(20, true),
  }
  checkMetadataHeader(h)
  return h
}

function inflateMetadata(stored: Uint8Array, size: number): Uint8Array {
  try {
    const plain = zlib().inflateSync(stored, { maxOutputLength: Math.max(size, 1) })
    if (plain.length === size) return plain
  } catch {
    // Said below: a stream that does not decode and one of another size are the same damage.
  }
  throw damaged('the metadata does not decompress to the size in its header', { offset: 64 })
}

/**
 * Reads the body of the metadata section.
 * @param stored the stored bytes, as many as the header says
 * @param digest the digest after the room
 * @returns the JSON text
 * @throws BlpkError CHECKSUM or DAMAGED
 */
export function parseMetadataBody(
  h: MetadataHeader,
  stored: Uint8Array,
  digest: Uint8Array,
  checksum: Checksum,
): string {
  if (stored.length < h.storedSize || digest.length < checksum.size) {
    throw damaged('the archive ends within its metadata', { offset: 64 })
  }
  if (!sameDigest(checksum.digest(stored), digest)) {
    throw new BlpkError('CHECKSUM', `metadata at byte 32: ${checksum.name} mismatch`, { offset: 32 })
  }
  const plain = h.codec === 'zlib' ? inflateMetadata(stored, h.size) : stored
  return parseMetadataText(plain)
}

/** The plain bytes as JSON text. @throws BlpkError DAMAGED, or UNSUPPORTED if it is nested too deeply */
export function parseMetadataText(plain: Uint8Array): string {
  try {
    const text = decodeJson(plain)
    scanJson(text)
    return text
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    if (error.isTooDeep) throw unsupported(`the metadata: ${error.message}`, { offset: 64 })
    throw damaged(`the metadata is not JSON: ${error.message}`, { offset: 64 })
  }
}

/**
 * Writes a metadata section.
 * @param json compact JSON text
 * @param room bytes kept for the stored metadata, by default {@link metadataRoom}
 * @throws BlpkError NO_ROOM when the metadata does not fit into `room`, USAGE when it is larger than what is read
 */
export function formatMetadata(json: string, checksum: Checksum, room?: number): Uint8Array {
  const plain = Buffer.from(json, 'utf8')
  if (plain.length > MAX_META_BYTES)
    throw usage(`the metadata has ${plain.length} bytes; an archive holds at most ${MAX_META_BYTES}`)
  const deflated = zlib().deflateSync(plain, { level: ZLIB_LEVEL })
  const isWorthIt = deflated.length <= plain.length && !isBomb(plain.length, deflated.length)
  const stored = isWorthIt ? deflated : plain
  const maxSize = Math.min(room ?? metadataRoom(plain.length), MAX_U32)
  if (stored.length > maxSize) {
    throw new BlpkError(
      'NO_ROOM',
      `the metadata takes ${stored.length} bytes, but there is room for ${maxSize}`,
    )
  }
  const section = new Uint8Array(METADATA_HEADER_BYTES + maxSize + checksum.size)
  const view = new DataView(section.buffer)
  section.set(Buffer.from(FORMAT_JSON, 'latin1'))
  view.setUint8(9, checksum.id)
  view.setUint8(10, stored === plain ? CODEC_NONE : CODEC_ZLIB)
  view.setUint8(11, stored === plain ? 0 : ZLIB_LEVEL)
  view.setUint32(12, plain.length, true)
  view.setUint32(16, maxSize, true)
  view.setUint32(20, stored.length, true)
  section.set(stored, METADATA_HEADER_BYTES)
  section.set(checksum.digest(stored), METADATA_HEADER_BYTES + maxSize)
  return section
}
