import { deflateSync } from 'node:zlib'
import { loadChecksum } from '../../dist/chunk/checksums.js'
import { Workspace } from '../../dist/kernels/workspace.js'

/** Fields of a Bloscpack header as they are to stand there, right or wrong. */
export interface HeaderFields {
  options?: number
  checksum?: number
  typesize?: number
  chunkSize?: number
  lastChunk?: number
  nchunks?: bigint
  room?: bigint
  version?: number
}

export const CHUNK = 1024

/** A Bloscpack header: of one chunk of {@link CHUNK} bytes without checksum, offsets and metadata, if nothing is said. */
export function header(f: HeaderFields = {}): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  bytes.set([0x62, 0x6c, 0x70, 0x6b, f.version ?? 3, f.options ?? 0, f.checksum ?? 0, f.typesize ?? 1])
  view.setInt32(8, f.chunkSize ?? CHUNK, true)
  view.setInt32(12, f.lastChunk ?? CHUNK, true)
  view.setBigInt64(16, f.nchunks ?? 1n, true)
  view.setBigInt64(24, f.room ?? 0n, true)
  return bytes
}

/** Fields of a chunk header. */
export interface ChunkFields {
  version?: number
  flags?: number
  typesize?: number
  nbytes?: number
  blocksize?: number
  cbytes?: number
}

export const LZ4 = 1 << 5
export const BLOSCLZ = 0
export const SNAPPY = 2 << 5
export const ZLIB = 3 << 5
export const ZSTD = 4 << 5
export const NOT_SPLIT = 0x10
export const STORED = 2

/** A chunk with whatever stands behind its header; its size is the real one, if nothing else is said. */
export function chunk(f: ChunkFields, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set([f.version ?? 2, 1, f.flags ?? LZ4 | NOT_SPLIT, f.typesize ?? 1])
  view.setUint32(4, (f.nbytes ?? CHUNK) >>> 0, true)
  view.setUint32(8, (f.blocksize ?? f.nbytes ?? CHUNK) >>> 0, true)
  view.setUint32(12, (f.cbytes ?? bytes.length) >>> 0, true)
  bytes.set(body, 16)
  return bytes
}

export function u32(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values, (value) => value >>> 0).buffer)
}

export function i64(...values: bigint[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values).buffer)
}

export function join(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Uint8Array.from(part)))
}

/** A chunk of a single block of a single stream. */
export function stream(flags: number, bytes: Uint8Array | number[], f: ChunkFields = {}): Uint8Array {
  return chunk({ flags: flags | NOT_SPLIT, ...f }, join(u32(20, bytes.length), bytes))
}

/** A sound stored chunk of so many bytes of one value. */
export function stored(value = 7, nbytes = CHUNK): Uint8Array {
  return chunk({ flags: STORED, nbytes }, new Uint8Array(nbytes).fill(value))
}

const crc = await loadChecksum('crc32', () => new Workspace())

/** Bytes with their crc32 behind them. */
export function digested(bytes: Uint8Array): Uint8Array {
  return join(bytes, crc.digest(bytes))
}

/** A metadata section (crc32) with the sizes that are asked for. */
export function metadata(
  stored: Uint8Array,
  f: { size?: number; maxSize?: number; storedSize?: number; codec?: number; magic?: string } = {},
): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from(f.magic ?? 'JSON'))
  bytes.set([0, 2, f.codec ?? 0, 0], 8)
  view.setUint32(12, f.size ?? stored.length, true)
  view.setUint32(16, f.maxSize ?? stored.length, true)
  view.setUint32(20, f.storedSize ?? stored.length, true)
  return join(bytes, stored, crc.digest(stored))
}

export { deflateSync }
