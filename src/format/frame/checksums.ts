// The metalayer that holds the checksums of a frame (docs/format.md).

import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'
import { type ChunkOffset, type OffsetSpecial, SPECIAL_NUMBERS } from './offsets.js'

/** Name of the variable-length metalayer for checksums; reserved. */
export const CHECKSUM_LAYER = 'blpk-xxh64'
export const DIGEST_BYTES = 8
/** Frames that would need a larger layer get none, in bytes: readers accept trailers of 256 MiB. */
export const MAX_CHECKSUM_LAYER = 128 * 2 ** 20

const VERSION = 1
const FIXED_BYTES = 16
const RUN_BYTES = 8
const BIN32 = 0xc6
const BIN32_HEAD = 5
const MAX_RUN = 2 ** 48

/**
 * Bytes of a header that only change with chunks. C-Blosc2 writes the others when a fixed metalayer is
 * updated, without updating the trailer.
 */
const LAYOUT: readonly (readonly [number, number])[] = [
  [0, 27],
  [29, 52],
  [57, 62],
]

/** Number of consecutive chunks that are stored, or that exist only in the index. */
export interface ChunkRun {
  count: number
  special?: OffsetSpecial
}

/** The content of the layer (docs/format.md, "Checksums of a frame"). */
export interface ChecksumLayer {
  /** The header of the frame when the layer was written. */
  header: Uint8Array
  runs: readonly ChunkRun[]
  /** Of the stored chunks in the order of the index, {@link DIGEST_BYTES} each. */
  digests: Uint8Array
}

/** The bytes of a header that the fingerprint covers. */
export function layoutBytes(header: Uint8Array): Uint8Array {
  return Buffer.concat(LAYOUT.map(([start, stop]) => header.subarray(start, stop)))
}

/** The kinds of chunks in the order of the index. */
export function runsOf(offsets: readonly ChunkOffset[]): ChunkRun[] {
  const runs: ChunkRun[] = []
  for (const offset of offsets) {
    const special = 'special' in offset ? offset.special : undefined
    const last = runs.at(-1)
    if (last !== undefined && last.special === special) last.count++
    else runs.push({ count: 1, ...(special !== undefined && { special }) })
  }
  return runs
}

/** Size of the layer's content, in bytes. */
export function checksumLayerBytes(headerBytes: number, runs: number, stored: number): number {
  return BIN32_HEAD + FIXED_BYTES + headerBytes + RUN_BYTES * runs + DIGEST_BYTES * stored
}

/** The content of the layer, which python-blosc2 shows as bytes. */
export function formatChecksumLayer(layer: ChecksumLayer): Uint8Array {
  const { header, runs, digests } = layer
  const stored = digests.length / DIGEST_BYTES
  const bytes = new Uint8Array(checksumLayerBytes(header.length, runs.length, stored))
  const view = new DataView(bytes.buffer)
  view.setUint8(0, BIN32)
  view.setUint32(1, bytes.length - BIN32_HEAD)
  ;[VERSION, header.length, runs.length, stored].forEach((value, i) => {
    view.setUint32(BIN32_HEAD + 4 * i, value, true)
  })
  let at = BIN32_HEAD + FIXED_BYTES
  bytes.set(header, at)
  at += header.length
  for (const { count, special } of runs) {
    view.setBigUint64(at, BigInt(count), true)
    if (special !== undefined) view.setUint8(at + 7, 0x80 | SPECIAL_NUMBERS[special])
    at += RUN_BYTES
  }
  bytes.set(digests, at)
  return bytes
}

function parseRun(value: bigint, place: ErrorPlace): ChunkRun {
  const kind = Number(value >> 56n)
  const count = Number(value & 0xff_ffff_ffff_ffffn)
  if (count === 0 || count > MAX_RUN)
    throw damaged(`the checksums of the frame name a run of ${count}`, place)
  if (kind === 0) return { count }
  for (const special of ['zeros', 'nans', 'uninit'] as const)
    if (kind === (0x80 | SPECIAL_NUMBERS[special])) return { count, special }
  throw damaged(`the checksums of the frame name the unknown kind ${kind}`, place)
}

/**
 * Parses the content of the layer.
 * @param bytes uncompressed; header and digests of the result are views of them
 * @throws BlpkError DAMAGED if sizes contradict each other; UNSUPPORTED for a later version
 */
export function parseChecksumLayer(bytes: Uint8Array, place: ErrorPlace = {}): ChecksumLayer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const least = BIN32_HEAD + FIXED_BYTES
  if (bytes.length < least || view.getUint8(0) !== BIN32 || view.getUint32(1) !== bytes.length - BIN32_HEAD)
    throw damaged('the checksums of the frame are truncated', place)
  const [version = 0, headerBytes = 0, nruns = 0, stored = 0] = [0, 4, 8, 12].map((at) =>
    view.getUint32(BIN32_HEAD + at, true),
  )
  if (version !== VERSION) throw unsupported(`the checksums of the frame have version ${version}`, place)
  if (checksumLayerBytes(headerBytes, nruns, stored) !== bytes.length)
    throw damaged('the checksums of the frame do not have the size they claim', place)
  const runsAt = least + headerBytes
  const runs = Array.from({ length: nruns }, (_, i) =>
    parseRun(view.getBigUint64(runsAt + RUN_BYTES * i, true), place),
  )
  const claimed = runs.reduce((sum, run) => sum + (run.special === undefined ? run.count : 0), 0)
  if (claimed !== stored)
    throw damaged(`the checksums of the frame are ${stored} for ${claimed} chunks`, place)
  return {
    header: bytes.subarray(least, runsAt),
    runs,
    digests: bytes.subarray(runsAt + RUN_BYTES * nruns),
  }
}

const FINGERPRINT_64_BIT = 2
const FINGERPRINT_BYTES = 17
/** Padding before the digest: 64-bit fingerprints of other tools are not ours. */
const MARK = new TextEncoder().encode('blpkxx64')

/** How much of a trailer, or of its end, its own fingerprint covers, in bytes. */
export function sealedBytes(trailer: Uint8Array): Uint8Array {
  return trailer.subarray(0, trailer.length - DIGEST_BYTES)
}

/**
 * Our fingerprint in a trailer; undefined if there is none, for example because another tool wrote the
 * trailer.
 */
export function fingerprintOf(trailer: Uint8Array): Uint8Array | undefined {
  const end = trailer.subarray(trailer.length - FINGERPRINT_BYTES)
  const isOurs = end[0] === FINGERPRINT_64_BIT && MARK.every((byte, i) => end[1 + i] === byte)
  return isOurs ? end.subarray(1 + MARK.length) : undefined
}

/** Puts the mark of our fingerprint into a trailer; the digest follows in its last bytes. */
export function markTrailer(trailer: Uint8Array): void {
  const at = trailer.length - FINGERPRINT_BYTES
  trailer[at] = FINGERPRINT_64_BIT
  trailer.set(MARK, at + 1)
}
