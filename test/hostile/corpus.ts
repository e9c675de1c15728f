import {
  BLOSCLZ,
  CHUNK,
  chunk,
  deflateSync,
  digested,
  header,
  i64,
  join,
  LZ4,
  metadata,
  NOT_SPLIT,
  SNAPPY,
  STORED,
  stored,
  stream,
  u32,
  ZLIB,
  ZSTD,
} from './build.js'

/** Answers to opening an archive and to reading all of it: an error code, or `ok`. */
export interface HostileCase {
  name: string
  bytes: Uint8Array
  open: 'ok' | 'DAMAGED' | 'UNSUPPORTED' | 'CHECKSUM'
  read?: 'ok' | 'DAMAGED' | 'UNSUPPORTED' | 'CHECKSUM'
  /** Chunks that repair keeps; 0 where there is none to be kept. */
  kept?: number
  /** What repair refuses it with; without it, it keeps what is there or says that it is damaged. */
  repair?: 'UNSUPPORTED'
}

const MAX = 2n ** 63n - 1n
const INT = 2 ** 31 - 1

function front(
  name: string,
  fields: Parameters<typeof header>[0],
  open: HostileCase['open'] = 'DAMAGED',
): HostileCase {
  return { name, bytes: join(header(fields), stored()), open, kept: 1 }
}

function body(name: string, bytes: Uint8Array, read: HostileCase['read'] = 'DAMAGED'): HostileCase {
  return { name, bytes: join(header(), bytes), open: 'ok', read, kept: 0 }
}

const FRONTS: HostileCase[] = [
  { name: 'nothing', bytes: new Uint8Array(0), open: 'DAMAGED' },
  { name: 'only a magic', bytes: Buffer.from('blpk'), open: 'DAMAGED' },
  { name: 'a header and no more', bytes: header(), open: 'DAMAGED' },
  front('format version 0', { version: 0 }, 'UNSUPPORTED'),
  front('format version 255', { version: 255 }, 'UNSUPPORTED'),
  front('unknown options', { options: 0xfc }),
  front('unknown checksum', { checksum: 200 }, 'UNSUPPORTED'),
  { ...front('typesize 0', { typesize: 0 }, 'ok'), read: 'ok' },
  { ...front('typesize 255', { typesize: 255 }, 'ok'), read: 'ok' },
  front('chunk size 0', { chunkSize: 0 }),
  { ...front('chunk size 0, last chunk 0', { chunkSize: 0, lastChunk: 0 }, 'ok'), read: 'DAMAGED' },
  { ...front('chunk size -1', { chunkSize: -1, lastChunk: -1 }, 'ok') },
  front('chunk size -2', { chunkSize: -2 }),
  front('chunk size -2^31', { chunkSize: -(2 ** 31) }),
  front('chunk size 2^31-1', { chunkSize: INT }),
  front('last chunk larger than chunks', { lastChunk: CHUNK + 1 }),
  front('last chunk -2', { lastChunk: -2 }),
  front('no chunks', { nchunks: 0n }),
  front('nchunks -2', { nchunks: -2n }),
  front('nchunks 2^63-1', { nchunks: MAX }),
  front('nchunks 2^53-1', { nchunks: 2n ** 53n - 1n }),
  { ...front('nchunks 2^40', { nchunks: 2n ** 40n }, 'ok'), read: 'DAMAGED' },
  front('nchunks 2^61 with offsets: eight times it overflows', { nchunks: 2n ** 61n, options: 1 }),
  front('nchunks 2^50 with offsets', { nchunks: 2n ** 50n, options: 1 }),
  front('room -1', { room: -1n, options: 1 }),
  front('room 2^63-1', { room: MAX, options: 1 }),
  front('room 2^60', { room: 2n ** 60n, options: 1 }),
  front('room without offsets', { room: 5n }),
  front('offsets for an unknown number of chunks', { options: 1, nchunks: -1n }),
  front('metadata that are not there', { options: 2 }, 'UNSUPPORTED'),
]

function withOffsets(name: string, offsets: bigint[], chunks = 2, kept = 2): HostileCase {
  const fields = { options: 1, nchunks: 2n, checksum: 2 }
  const all = Array.from({ length: chunks }, (_, i) => digested(stored(i)))
  return { name, bytes: join(header(fields), i64(...offsets), ...all), open: 'ok', read: 'DAMAGED', kept }
}

const FIRST = 48n
const SECOND = FIRST + BigInt(CHUNK + 20)

const OFFSETS: HostileCase[] = [
  { ...withOffsets('right offsets', [FIRST, SECOND]), read: 'ok' },
  withOffsets('offset before the archive', [-2n, SECOND]),
  withOffsets('offset -2^63', [FIRST, -(2n ** 63n)]),
  withOffsets('offset in the header', [0n, SECOND]),
  withOffsets('offset in the offsets', [40n, SECOND]),
  withOffsets('offset behind the end', [FIRST, 10_000n]),
  withOffsets('offset 2^63-1', [FIRST, MAX]),
  withOffsets('offset inside another chunk', [FIRST, FIRST + 100n]),
  withOffsets('both offsets the same', [FIRST, FIRST]),
  withOffsets('offsets exchanged', [SECOND, FIRST]),
  withOffsets('offset of a chunk that is not there', [FIRST, -1n]),
  withOffsets('a chunk missing', [FIRST, SECOND], 1, 1),
]

const json = Buffer.from('{"a":1}')

function withMeta(name: string, section: Uint8Array, open: HostileCase['open'], kept = 1): HostileCase {
  return { name, bytes: join(header({ options: 2, checksum: 2 }), section, digested(stored())), open, kept }
}

const deep = Buffer.from('['.repeat(200_000) + ']'.repeat(200_000))
const bomb = deflateSync(new Uint8Array(64 * 2 ** 20))

const METADATA: HostileCase[] = [
  { ...withMeta('right metadata', metadata(json), 'ok'), read: 'ok' },
  withMeta('a bomb that claims 4 GiB', metadata(bomb, { codec: 1, size: 2 ** 32 - 1 }), 'UNSUPPORTED'),
  withMeta('a bomb of 64 MiB that claims 10 bytes', metadata(bomb, { codec: 1, size: 10 }), 'DAMAGED'),
  withMeta('a bomb of zeros', metadata(bomb, { codec: 1, size: 64 * 2 ** 20 }), 'DAMAGED'),
  withMeta('JSON 200 000 deep', metadata(deep), 'UNSUPPORTED'),
  withMeta('stored larger than its room', metadata(json, { maxSize: 3 }), 'DAMAGED'),
  withMeta('room of 4 GiB', metadata(json, { maxSize: 2 ** 32 - 1 }), 'DAMAGED'),
  withMeta('sizes that contradict each other', metadata(json, { size: 100 }), 'DAMAGED'),
  withMeta('no zlib stream', metadata(json, { codec: 1 }), 'DAMAGED'),
  withMeta('unknown codec', metadata(json, { codec: 9 }), 'UNSUPPORTED'),
  withMeta('unknown serializer', metadata(json, { magic: 'XML' }), 'UNSUPPORTED'),
  withMeta('no JSON', metadata(Buffer.from('{"a"')), 'DAMAGED'),
]

const table = (...positions: number[]): Uint8Array => u32(...positions)
const lit = (n: number): number[] => Array.from({ length: n }, (_, i) => i & 255)

/** Where a number is given, it is that of an issue or pull request of C-Blosc or C-Blosc2. */
const CHUNKS: HostileCase[] = [
  { ...body('a sound chunk', stored()), read: 'ok', kept: 1 },
  body('nbytes negative (c-blosc2 #144)', stream(LZ4, [0], { nbytes: -1, blocksize: CHUNK })),
  body('nbytes 2^31-1', stream(LZ4, [0], { nbytes: INT, blocksize: 1 })),
  body(
    'nbytes 2^31-17 of blocksize 1: too many blocks',
    stream(LZ4, [0], { nbytes: INT - 16, blocksize: 1 }),
  ),
  body('nbytes of another size than the header says', stream(LZ4, [0], { nbytes: 5 })),
  body('blocksize 0', stream(LZ4, [0], { blocksize: 0 })),
  body('blocksize negative', stream(LZ4, [0], { blocksize: -1 })),
  body('blocksize larger than the chunk', stream(LZ4, [0], { blocksize: CHUNK + 1 })),
  body('cbytes 0', stream(LZ4, [0], { cbytes: 0 })),
  body('cbytes smaller than a header', stream(LZ4, [0], { cbytes: 15 })),
  body('cbytes negative', stream(LZ4, [0], { cbytes: -1 })),
  body('cbytes beyond the archive', stream(LZ4, [0], { cbytes: 1000 })),
  body('cbytes without room for the block table', stream(LZ4, [0], { cbytes: 18 })),
  body(
    'stored, with another cbytes (CVE-2020-29367: output bounds)',
    chunk({ flags: STORED }, new Uint8Array(CHUNK + 50)),
  ),
  body('stored, cut short', chunk({ flags: STORED, cbytes: CHUNK + 16 }, new Uint8Array(10))),
  body('typesize 0 (division by zero)', stream(LZ4, [0], { typesize: 0 })),
  body('version 0', stream(LZ4, [0], { version: 0 })),
  body('version 3', stream(LZ4, [0], { version: 3 }), 'UNSUPPORTED'),
  body('version 255', stream(LZ4, [0], { version: 255 }), 'UNSUPPORTED'),
  body('reserved flag', stream(LZ4 | 8, [0])),
  { ...body('codec 5', stream(5 << 5, [0]), 'UNSUPPORTED'), repair: 'UNSUPPORTED' },
  { ...body('codec 7', stream(7 << 5, [0]), 'UNSUPPORTED'), repair: 'UNSUPPORTED' },
  body('block offset 0', chunk({}, join(table(0, 4), lit(4)))),
  body('block offset in the block table', chunk({}, join(table(16, 4), lit(4)))),
  body('block offset negative (c-blosc2 #149)', chunk({}, join(table(-1, 4), lit(4)))),
  body('block offset -2^31', chunk({}, join(table(2 ** 31, 4), lit(4)))),
  body('block offset at the end', chunk({}, join(table(28, 4), lit(4)))),
  body('block offset behind the end', chunk({}, join(table(1000, 4), lit(4)))),
  body('stream size 0', stream(LZ4, [])),
  body('stream size negative', chunk({}, join(table(20, -1), lit(4)))),
  body('stream size -2^31', chunk({}, join(table(20, 2 ** 31), lit(4)))),
  body('stream longer than its chunk (c-blosc2 #639)', chunk({}, join(table(20, 5), lit(4)))),
  body('split blocks with one stream', stream(LZ4, lit(4), { flags: LZ4, typesize: 8 })),
  body(
    'split streams that do not divide the block',
    chunk({ flags: LZ4, typesize: 7 }, join(table(20, 4), lit(4))),
  ),
  body(
    'typesize larger than the blocks',
    chunk(
      { typesize: 255, blocksize: 100, flags: LZ4 | NOT_SPLIT | 1 },
      join(table(...Array(11).fill(60)), u32(4), lit(4)),
    ),
  ),
  body(
    'all blocks in the same place, the last of another size',
    chunk({ blocksize: 300 }, join(table(32, 32, 32, 32), u32(300), lit(300))),
  ),
  body(
    'bit shuffle of a block with no whole item',
    chunk(
      { typesize: 255, nbytes: CHUNK, blocksize: 3, flags: ZSTD | NOT_SPLIT | 4 },
      new Uint8Array(4 * 342),
    ),
  ),
]

const zstd = (descriptor: number, rest: number[]): number[] => [0x28, 0xb5, 0x2f, 0xfd, descriptor, ...rest]
const rle = (size: number, last = 1): number[] => {
  const block = (size << 3) | 2 | last
  return [block & 255, (block >> 8) & 255, (block >> 16) & 255, 65]
}

const STREAMS: HostileCase[] = [
  body('lz4: reference before the start', stream(LZ4, [0x10, 1, 5, 0, 0x50, 1, 2, 3, 4, 5])),
  body('lz4: distance 0', stream(LZ4, [0x10, 1, 0, 0, 0x50, 1, 2, 3, 4, 5])),
  body('lz4: distance 0, far from the ends', stream(LZ4, [0x10, 1, 0, 0, ...lit(200)])),
  body('lz4: literals beyond the stream', stream(LZ4, [0xf0, 200, 1, 2, 3])),
  body('lz4: literals beyond the block', stream(LZ4, [0xf0, 255, 255, 255, 255, 255, ...lit(1200)])),
  body('lz4: run length that never ends', stream(LZ4, [0xf0, ...Array(900).fill(255)])),
  body('lz4: match length that never ends', stream(LZ4, [0x1f, 1, 1, 0, ...Array(900).fill(255)])),
  body(
    'lz4: match beyond the block',
    stream(LZ4, [0x1f, 1, 1, 0, 255, 255, 255, 255, 255, 0, 0x50, 1, 2, 3, 4, 5]),
  ),
  body('lz4: ends in a token', stream(LZ4, [0x1f])),
  body('lz4: ends in a distance', stream(LZ4, [0x10, 1, 1])),
  body('lz4: too short', stream(LZ4, [0x10, 1])),
  body('blosclz: reference before the start', stream(BLOSCLZ, [0, 1, 0x20, 200, 0, 1])),
  body('blosclz: starts with a match (c-blosc #280)', stream(BLOSCLZ, [0xff, 255, 0])),
  body('blosclz: far reference cut short', stream(BLOSCLZ, [0, 1, 0x3f, 255])),
  body('blosclz: literals beyond the stream', stream(BLOSCLZ, [31, 1, 2])),
  body('blosclz: match length that never ends', stream(BLOSCLZ, [0, 1, 0xe0, ...Array(900).fill(255)])),
  body('blosclz: match beyond the block', stream(BLOSCLZ, [0, 1, 0xe0, 255, 255, 255, 255, 255, 0, 0])),
  body('blosclz: one byte', stream(BLOSCLZ, [0])),
  {
    name: 'blosclz: a length that overflows 32 bits (c-blosc #405)',
    bytes: join(
      header({ chunkSize: 2 ** 23, lastChunk: 2 ** 23 }),
      stream(BLOSCLZ, join([0, 1, 0xe0], new Uint8Array(8_421_600).fill(255), [0, 0]), { nbytes: 2 ** 23 }),
    ),
    open: 'ok',
    read: 'DAMAGED',
  },
  body('zlib: no stream', stream(ZLIB, lit(50))),
  body('zlib: cut short', stream(ZLIB, deflateSync(new Uint8Array(CHUNK)).subarray(0, 10))),
  body(
    'zlib: more than the block',
    stream(ZLIB, deflateSync(new Uint8Array(10 * 2 ** 20)).subarray(0, 1000)),
  ),
  body('zlib: less than the block', stream(ZLIB, deflateSync(new Uint8Array(10)))),
  body('zlib: a bomb', stream(ZLIB, deflateSync(new Uint8Array(CHUNK * 900)).subarray(0, 1023))),
  body('snappy: claims 4 GiB', stream(SNAPPY, [255, 255, 255, 255, 15, 0, 1])),
  body('snappy: claims less', stream(SNAPPY, [5, 0, 1])),
  body('snappy: size that never ends', stream(SNAPPY, Array(20).fill(255))),
  body('snappy: right size, reference before the start', stream(SNAPPY, [0x80, 0x08, 0x01, 0x05])),
  body('snappy: right size, literals beyond the stream', stream(SNAPPY, [0x80, 0x08, 0xf0, 0xff, 1])),
  body('zstd: no frame', stream(ZSTD, lit(40))),
  body('zstd: a skippable frame', stream(ZSTD, [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])),
  {
    ...body('zstd: without a content size', stream(ZSTD, zstd(0, [0x58, ...rle(CHUNK)]))),
    read: 'ok',
    kept: 1,
  },
  body('zstd: false content size', stream(ZSTD, zstd(0xe0, [0, 0, 0, 0, 0, 1, 0, 0, ...rle(CHUNK)]))),
  body('zstd: content size smaller than the content', stream(ZSTD, zstd(0x20, [10, ...rle(CHUNK)]))),
  body('zstd: a window of 2^41', stream(ZSTD, zstd(0, [0xff, ...rle(CHUNK)]))),
  body('zstd: a dictionary', stream(ZSTD, zstd(1, [0x58, 9, ...rle(CHUNK)]))),
  body(
    'zstd: repeats 128 KiB many times',
    stream(
      ZSTD,
      zstd(0, [
        0x58,
        ...Array(200)
          .fill(rle(2 ** 17, 0))
          .flat(),
        ...rle(1),
      ]),
    ),
  ),
  body('zstd: reserved block type', stream(ZSTD, zstd(0, [0x58, 7, 0, 0]))),
  body('zstd: without a last block', stream(ZSTD, zstd(0, [0x58, ...rle(CHUNK, 0)]))),
]

/** A file full of headers that each claim to be a chunk to its end. */
function headersOnly(): Uint8Array {
  const one = chunk({ flags: STORED, nbytes: 1_900_000 }, new Uint8Array(0))
  const bytes = new Uint8Array(2 ** 21)
  const view = new DataView(one.buffer)
  view.setUint32(12, 1_900_016, true)
  for (let at = 0; at + 16 <= bytes.length; at += 16) bytes.set(one, at)
  return bytes
}

const BOMBS: HostileCase[] = [
  {
    name: 'a file full of chunk headers',
    bytes: join(header({ checksum: 2 }), headersOnly()),
    open: 'ok',
    read: 'DAMAGED',
    kept: 0,
  },
  {
    name: 'the same without a header',
    bytes: join(new Uint8Array(32), headersOnly()),
    open: 'DAMAGED',
    kept: 0,
  },
  {
    name: '2^53 chunks, one of them there',
    bytes: join(header({ nchunks: 2n ** 53n - 1n, chunkSize: INT - 16, checksum: 2 }), digested(stored())),
    open: 'DAMAGED',
  },
]

/** Archives made to do harm, and what they must be answered. */
export const CORPUS: readonly HostileCase[] = [
  ...FRONTS,
  ...OFFSETS,
  ...METADATA,
  ...CHUNKS,
  ...STREAMS,
  ...BOMBS,
]
