import { u32 } from './build.js'

/** Fields of a chunk header of 32 bytes. */
export interface Blosc2ChunkFields {
  version?: number
  flags?: number
  typesize?: number
  nbytes?: number
  blocksize?: number
  cbytes?: number
  /** Six filters, codec, codec meta, six metas. */
  pipeline?: number[]
  flags3?: number
  flags2?: number
}

export const PLAIN = 256
export const EXTENDED = 5
export const STORED2 = EXTENDED | 2
export const LZ4_2 = EXTENDED | 0x10 | (1 << 5)
export const ZSTD_2 = EXTENDED | 0x10 | (4 << 5)

const bytesOf = (...parts: (Uint8Array | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)))

/** A Blosc2 chunk with whatever stands behind its header; its size is the real one, if nothing else is said. */
export function chunk2(f: Blosc2ChunkFields, body: Uint8Array | number[] = []): Uint8Array {
  const bytes = new Uint8Array(32 + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set([f.version ?? 5, 1, f.flags ?? LZ4_2, f.typesize ?? 1])
  view.setUint32(4, (f.nbytes ?? PLAIN) >>> 0, true)
  view.setUint32(8, (f.blocksize ?? f.nbytes ?? PLAIN) >>> 0, true)
  view.setUint32(12, (f.cbytes ?? bytes.length) >>> 0, true)
  bytes.set(f.pipeline ?? [], 16)
  bytes[30] = f.flags3 ?? 0
  bytes[31] = f.flags2 ?? 0
  bytes.set(body, 32)
  return bytes
}

/** A sound stored chunk. */
export function stored2(value = 7, nbytes = PLAIN): Uint8Array {
  return chunk2({ flags: STORED2, nbytes }, new Uint8Array(nbytes).fill(value))
}

/** A chunk of one block of one stream. */
export function stream2(flags: number, stream: number[] | Uint8Array, f: Blosc2ChunkFields = {}): Uint8Array {
  return chunk2({ flags, ...f }, bytesOf(u32(36, stream.length), stream))
}

export const ZEROS = -(2n ** 63n) + (1n << 56n)

const i64 = (...values: bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer)

function bigEndian(size: number, value: number | bigint): number[] {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(value)))
  return [...bytes.subarray(8 - size)]
}

/** What a frame is made of; what is not said comes out right. */
export interface FrameFields {
  chunks?: Uint8Array[]
  /** Entries of the index, as they are to stand there. */
  offsets?: bigint[]
  index?: Uint8Array
  magic?: string
  headerBytes?: number
  frameBytes?: number | bigint
  /** Version and offsets, type, codec and level, split mode. */
  flags?: number[]
  nbytes?: number | bigint
  cbytes?: number | bigint
  typesize?: number
  blocksize?: number
  chunksize?: number
  /** Metalayers as bytes, or by name. */
  meta?: Uint8Array | Record<string, Uint8Array>
  /** The whole trailer, or its metalayers by name: content as it is to stand there. */
  trailer?: Uint8Array
  vlmeta?: Record<string, Uint8Array>
  trailerBytes?: number
}

/** The table of metalayers that starts at a position of its section. */
export function layers(content: Record<string, Uint8Array>, at: number): Uint8Array {
  const names = Object.keys(content)
  const map = names.reduce((sum, name) => sum + 6 + name.length, 3)
  let position = at + 4 + map + 3
  const entries = names.map((name) => {
    const entry = bytesOf([0xa0 + name.length], Buffer.from(name), [0xd2, ...bigEndian(4, position)])
    position += 5 + (content[name]?.length ?? 0)
    return entry
  })
  const values = names.map((name) => {
    const value = content[name] ?? new Uint8Array()
    return bytesOf([0xc6, ...bigEndian(4, value.length)], value)
  })
  const count = bigEndian(2, names.length)
  return bytesOf(
    [0x93, 0xcd, ...bigEndian(2, 4 + map), 0xde, ...count],
    ...entries,
    [0xdc, ...count],
    ...values,
  )
}

function trailerOf(f: FrameFields): Uint8Array {
  if (f.trailer !== undefined) return f.trailer
  const table = layers(f.vlmeta ?? {}, 2)
  const size = f.trailerBytes ?? 2 + table.length + 23
  return bytesOf([0x94, 1], table, [0xce, ...bigEndian(4, size), 0xd8, 0], new Uint8Array(16))
}

/** A frame of two stored chunks, if nothing is said. */
export function frame(f: FrameFields = {}): Uint8Array {
  const chunks = f.chunks ?? [stored2(1), stored2(2)]
  const starts = chunks.map((_, i) => BigInt(chunks.slice(0, i).reduce((sum, c) => sum + c.length, 0)))
  const offsets = i64(...(f.offsets ?? starts))
  const index =
    f.index ??
    (offsets.length === 0
      ? new Uint8Array()
      : chunk2({ flags: STORED2, typesize: 8, nbytes: offsets.length }, offsets))
  const data = bytesOf(...chunks)
  const meta = f.meta instanceof Uint8Array ? f.meta : layers(f.meta ?? {}, 87)
  const trailer = trailerOf(f)
  const headerBytes = 87 + meta.length
  const count = f.offsets?.length ?? chunks.length
  const header = bytesOf(
    [0x9e, 0xa8],
    Buffer.from(f.magic ?? 'b2frame\0'),
    [0xd2, ...bigEndian(4, f.headerBytes ?? headerBytes)],
    [0xcf, ...bigEndian(8, f.frameBytes ?? headerBytes + data.length + index.length + trailer.length)],
    [0xa4, ...(f.flags ?? [0x12, 0, 0x51, 2])],
    [0xd3, ...bigEndian(8, f.nbytes ?? count * PLAIN)],
    [0xd3, ...bigEndian(8, f.cbytes ?? data.length)],
    [0xd2, ...bigEndian(4, f.typesize ?? 1)],
    [0xd2, ...bigEndian(4, f.blocksize ?? PLAIN)],
    [0xd2, ...bigEndian(4, f.chunksize ?? PLAIN)],
    [0xd1, 0, 1, 0xd1, 0, 1, f.vlmeta === undefined ? 0xc2 : 0xc3, 0xd8, 6],
    new Uint8Array(16),
  )
  return bytesOf(header, meta, data, index, trailer)
}

/** The metalayer of an array; extents may be anything. */
export function b2nd(
  shape: (number | bigint)[],
  chunks: number[],
  blocks: number[],
  dtype = '|u1',
): Uint8Array {
  const list = (extents: (number | bigint)[], size: 4 | 8): number[] => [
    ...(extents.length < 16 ? [0x90 + extents.length] : [0xdc, ...bigEndian(2, extents.length)]),
    ...extents.flatMap((extent) => [size === 8 ? 0xd3 : 0xd2, ...bigEndian(size, extent)]),
  ]
  const name = Buffer.from(dtype)
  return bytesOf(
    [0x97, 0, shape.length],
    list(shape, 8),
    list(chunks, 4),
    list(blocks, 4),
    [0, 0xdb, ...bigEndian(4, name.length)],
    name,
  )
}
