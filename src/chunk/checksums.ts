// The checksums that Bloscpack puts after chunks, by name and number.

import { unsupported } from '../core/errors.js'
import { unknownName } from '../core/nearest.js'
import { crypto, zlib } from '../core/node-modules.js'
import type { Workspace } from '../kernels/workspace.js'

export type ChecksumName =
  | 'None'
  | 'adler32'
  | 'crc32'
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'xxh64'

export interface ChecksumSpec {
  name: ChecksumName
  /** Number in the header (Bloscpack README, "checksum"); 9 is an extension of blpk. */
  id: number
  /** Size of the digest after each chunk, in bytes. */
  size: number
}

/** A checksum that is ready to use. Returns the digest as stored in the file. */
export interface Checksum extends ChecksumSpec {
  digest(bytes: Uint8Array): Uint8Array
}

const SPECS: readonly ChecksumSpec[] = (
  [
    ['None', 0],
    ['adler32', 4],
    ['crc32', 4],
    ['md5', 16],
    ['sha1', 20],
    ['sha224', 28],
    ['sha256', 32],
    ['sha384', 48],
    ['sha512', 64],
    ['xxh64', 8],
  ] as const
).map(([name, size], id) => ({ name, id, size }))

export const CHECKSUM_NAMES: readonly ChecksumName[] = SPECS.map((spec) => spec.name)

/** @throws BlpkError UNSUPPORTED for an unknown number */
export function checksumById(id: number): ChecksumSpec {
  const spec = SPECS[id]
  if (spec === undefined) throw unsupported(`the archive uses checksum number ${id}, which is not known`)
  return spec
}

/** @throws BlpkError USAGE for an unknown name */
export function checksumSpec(name: string): ChecksumSpec {
  const spec = SPECS.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  if (spec === undefined) throw unknownName('checksum', name, CHECKSUM_NAMES)
  return spec
}

type Digest = (bytes: Uint8Array) => Uint8Array

function littleEndian32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

const PIECE = 1 << 20

/** Runs a kernel over bytes that may be outside the arena, piece by piece. */
function inPieces(ws: Workspace, bytes: Uint8Array, seed: number, kernel: 'crc32' | 'adler32'): number {
  if (ws.addressOf(bytes) !== undefined) return ws.kernels[kernel](bytes.byteOffset, bytes.length, seed)
  let value = seed
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE)
    value = ws.kernels[kernel](ws.bring(piece), piece.length, value)
  }
  return value
}

/** Node's own is faster than our kernels; Node 22.0 and 22.1 have none. */
function crc32(ws: () => Workspace): Digest {
  const { crc32: native } = zlib() as { crc32?: (bytes: Uint8Array) => number }
  if (native !== undefined) return (bytes) => littleEndian32(native(bytes))
  return (bytes) => littleEndian32(inPieces(ws(), bytes, 0, 'crc32'))
}

async function xxh64(): Promise<Digest> {
  const { default: load } = await import('xxhash-wasm')
  const { h64Raw } = await load()
  return (bytes) => {
    const out = new Uint8Array(8)
    new DataView(out.buffer).setBigUint64(0, h64Raw(bytes), true)
    return out
  }
}

function hash(name: string): Digest {
  const { createHash } = crypto()
  return (bytes) => createHash(name).update(bytes).digest()
}

function digestOf(name: ChecksumName, ws: () => Workspace): Digest | Promise<Digest> {
  switch (name) {
    case 'None':
      return () => new Uint8Array(0)
    case 'crc32':
      return crc32(ws)
    case 'adler32':
      return (bytes) => littleEndian32(inPieces(ws(), bytes, 1, 'adler32'))
    case 'xxh64':
      return xxh64()
    default:
      return hash(name)
  }
}

/** Prepares a checksum. @param ws provides a workspace; only called if the checksum runs in the kernels */
export async function loadChecksum(name: ChecksumName, ws: () => Workspace): Promise<Checksum> {
  return { ...checksumSpec(name), digest: await digestOf(name, ws) }
}

/** Whether two digests are equal. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
