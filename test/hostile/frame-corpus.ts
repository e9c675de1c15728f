import { join, u32 } from './build.js'
import {
  type Blosc2ChunkFields,
  b2nd,
  chunk2,
  EXTENDED,
  type FrameFields,
  frame,
  LZ4_2,
  layers,
  PLAIN,
  STORED2,
  stored2,
  stream2,
  ZEROS,
  ZSTD_2,
} from './frame-build.js'

type Answer = 'ok' | 'DAMAGED' | 'UNSUPPORTED' | 'CHECKSUM' | 'USAGE'

/** Answers to opening a frame and to reading all of it: an error code, or `ok`. */
export interface HostileFrame {
  name: string
  bytes: Uint8Array
  open: Answer
  read?: Answer
  /** Answer to opening it as an array and reading some of it, where it says to be one. */
  array?: Answer
  /** Chunks that repair keeps. */
  kept?: number
  /** What repair refuses it with; without it, it keeps what is there or says that it is damaged. */
  repair?: 'UNSUPPORTED'
}

const MAX = 2n ** 63n - 1n
const INT = 2 ** 31 - 1

function front(name: string, fields: FrameFields, open: Answer = 'DAMAGED', kept = 2): HostileFrame {
  return { name, bytes: frame(fields), open, kept }
}

const FRONTS: HostileFrame[] = [
  { name: 'a sound frame', bytes: frame(), open: 'ok', kept: 2 },
  { name: 'nothing', bytes: new Uint8Array(), open: 'DAMAGED', kept: 0 },
  { name: 'a header and no more', bytes: frame().slice(0, 97), open: 'DAMAGED', kept: 0 },
  front('another magic', { magic: 'b3frame\0' }),
  front('header size 0', { headerBytes: 0 }),
  front('header size -1', { headerBytes: -1 }),
  front('header size 2^31-1', { headerBytes: INT }),
  front('header size within the metalayers', { headerBytes: 90 }),
  front('header larger than the frame', { headerBytes: 5000 }),
  front('frame size 0', { frameBytes: 0 }),
  front('frame size 2^63', { frameBytes: 2n ** 63n }),
  front('frame size 2^53 + 1', { frameBytes: 2n ** 53n + 1n }),
  front('frame size beyond the file', { frameBytes: 100_000 }),
  front('frame size within the chunks', { frameBytes: 300 }),
  front('format version 15', { flags: [0x1f, 0, 0x51, 2] }, 'UNSUPPORTED'),
  front('offsets of 32 bits', { flags: [0x02, 0, 0x51, 2] }),
  front('frame type 7', { flags: [0x12, 7, 0x51, 2] }, 'UNSUPPORTED'),
  {
    name: 'a sparse frame without its directory',
    bytes: frame({ flags: [0x12, 1, 0x51, 2] }),
    open: 'UNSUPPORTED',
  },
  front('plain size -1', { nbytes: -1 }),
  front('plain size 2^63-1', { nbytes: MAX }),
  front('plain size 2^52', { nbytes: 2n ** 52n }),
  front('compressed size -1', { cbytes: -1 }),
  front('compressed size 2^63-1', { cbytes: MAX }),
  front('compressed size beyond the frame', { cbytes: 10_000 }),
  front('compressed size 1 too large', { cbytes: 577 }),
  front('item size 0', { typesize: 0 }),
  front('item size -1', { typesize: -1 }),
  { ...front('item size 2^31-1', { typesize: INT }, 'ok'), read: 'ok' },
  front('chunk size 0 (division by zero)', { chunksize: 0 }),
  front('chunk size -2', { chunksize: -2 }),
  front('chunk size 1', { chunksize: 1 }),
  front('chunk size 2^31-1', { chunksize: INT }),
  { ...front('block size -1', { blocksize: -1 }) },
  { ...front('block size 2^31-1', { blocksize: INT }, 'ok'), read: 'ok' },
  front('no chunks, but an index', { nbytes: 0, cbytes: 0, chunks: [], offsets: [0n] }, 'DAMAGED', 0),
  { name: 'no chunks at all', bytes: frame({ chunks: [], nbytes: 0, chunksize: 0 }), open: 'ok' },
]

const deep = new Uint8Array(200_000).fill(0x91)
const counts = (count: number[]): Uint8Array => join([0x93, 0xcd, 0, 7, 0xdf, ...count, 0xdd, ...count])

const LAYERS: HostileFrame[] = [
  front('metalayers nested 200 000 deep', { meta: deep }),
  front('2^32-1 metalayers', { meta: counts([255, 255, 255, 255]) }),
  front('65 535 metalayers', { meta: join([0x93, 0xcd, 0, 7, 0xde, 255, 255, 0xdc, 255, 255]) }, 'DAMAGED'),
  front('a metalayer of 4 GiB', {
    meta: join(layers({ a: new Uint8Array() }, 87).slice(0, -4), [255, 255, 255, 255]),
  }),
  front('a metalayer that lies elsewhere', {
    meta: join([0x93, 0xcd, 0, 14, 0xde, 0, 1, 0xa1, 97, 0xd2, 0, 0, 0, 5, 0xdc, 0, 1, 0xc6, 0, 0, 0, 0]),
  }),
  front('a metalayer at -1', {
    meta: join([
      0x93, 0xcd, 0, 14, 0xde, 0, 1, 0xa1, 97, 0xd2, 255, 255, 255, 255, 0xdc, 0, 1, 0xc6, 0, 0, 0, 0,
    ]),
  }),
  front('trailer of 0 bytes', { trailerBytes: 0 }),
  front('trailer of 24 bytes', { trailerBytes: 24 }),
  front('trailer of 2^32-1 bytes', { trailerBytes: 2 ** 32 - 1 }),
  front('trailer larger than the frame', { trailerBytes: 100_000 }),
  front('trailer that reaches into the chunks', { trailerBytes: 200 }),
  front('a trailer of 4 GiB of metalayers', {
    trailer: join([0x94, 1], counts([255, 255, 255, 255]), [0xce, 0, 0, 0, 39, 0xd8, 0], new Uint8Array(16)),
  }),
  front(
    'trailer version 100',
    {
      trailer: join([0x94, 100], layers({}, 2), [0xce, 0, 0, 0, 35, 0xd8, 0], new Uint8Array(16)),
    },
    'UNSUPPORTED',
  ),
  front('no trailer', { trailer: new Uint8Array() }),
  front('a variable-length metalayer that is no chunk', { vlmeta: { a: Uint8Array.of(1, 2, 3) } }),
  front('a variable-length metalayer of 2 GiB of zeros', {
    vlmeta: { a: chunk2({ nbytes: INT - 32, flags2: 0x10 }) },
  }),
  front(
    'a variable-length metalayer that claims 1 GiB',
    { vlmeta: { a: stream2(LZ4_2, [1], { nbytes: 2 ** 30 }) } },
    'UNSUPPORTED',
  ),
  front('our checksums, cut short', { vlmeta: { 'blpk-xxh64': stored2(1, 8) } }, 'ok'),
]

function index(
  name: string,
  offsets: bigint[],
  fields: FrameFields = {},
  read: Answer = 'DAMAGED',
  kept = 1,
): HostileFrame {
  return { name, bytes: frame({ offsets, ...fields }), open: 'ok', read, kept }
}

const special = (number: number, low = 0n): bigint => BigInt.asIntN(64, (BigInt(0x80 | number) << 56n) | low)

const INDEXES: HostileFrame[] = [
  index('an offset behind the chunks', [0n, 576n]),
  { ...index('offset 2^62', [0n, 2n ** 62n]), open: 'DAMAGED', kept: 2 },
  index('an offset within another chunk', [0n, 100n]),
  index('both offsets the same', [0n, 0n], {}, 'ok', 2),
  { ...index('offsets exchanged', [288n, 0n], {}, 'ok', 2) },
  { ...index('special value 3', [0n, special(3)], {}, 'UNSUPPORTED', 2), open: 'UNSUPPORTED' },
  { ...index('special value 7', [0n, special(7)], {}, 'UNSUPPORTED', 2), open: 'UNSUPPORTED' },
  { ...index('special value with other bits', [0n, special(1, 12345n)], {}, 'ok', 2) },
  index('NaNs of one byte', [0n, special(2)]),
  { ...index('offset -2^63', [0n, -(2n ** 63n)], {}, 'UNSUPPORTED', 2), open: 'UNSUPPORTED' },
  { ...index('more entries than chunks', [0n, 288n, 0n], { nbytes: 512 }), open: 'DAMAGED', kept: 3 },
  { ...index('fewer entries than chunks', [0n], { nbytes: 512 }), open: 'DAMAGED', kept: 1 },
  {
    name: 'an index of 2^28 zeros in 32 bytes',
    bytes: frame({
      index: chunk2({ typesize: 8, nbytes: INT - 39, flags2: 0x10 }),
      nbytes: 2 ** 28 * PLAIN - 5 * PLAIN,
      chunks: [],
    }),
    open: 'UNSUPPORTED',
  },
  {
    name: 'a frame of 2^50 bytes of zeros',
    bytes: frame({ chunks: [], offsets: Array(2 ** 10).fill(ZEROS), nbytes: 2n ** 40n, chunksize: 2 ** 30 }),
    open: 'ok',
    read: 'ok',
  },
  front('an index of half an entry', { index: chunk2({ flags: STORED2, nbytes: 12 }, new Uint8Array(12)) }),
  front(
    'an index of blocks of variable length',
    {
      index: chunk2(
        { version: 6, blocksize: 1, nbytes: 16, flags3: 1 },
        join(u32(36), u32(16), new Uint8Array(16)),
      ),
    },
    'ok',
  ),
  front(
    'an index that is a Blosc1 chunk',
    { index: join([2, 1, 2, 8], u32(16, 16, 32), new Uint8Array(new BigInt64Array([0n, 288n]).buffer)) },
    'ok',
  ),
]

function body(
  name: string,
  bytes: Uint8Array,
  read: Answer = 'DAMAGED',
  fields: FrameFields = {},
): HostileFrame {
  return {
    name,
    bytes: frame({ chunks: [bytes, stored2()], ...fields }),
    open: 'ok',
    read,
    ...(read !== 'UNSUPPORTED' && { kept: read === 'ok' ? 2 : 1 }),
  }
}

const lit = (n: number): number[] => Array.from({ length: n }, (_, i) => i & 255)
const bare = (f: Blosc2ChunkFields, ...words: number[]): Uint8Array => chunk2(f, u32(...words))

const CHUNKS: HostileFrame[] = [
  body('nbytes negative', stream2(LZ4_2, [0], { nbytes: -1, blocksize: PLAIN })),
  body('nbytes of another size than the frame says', stored2(1, 100)),
  body('a chunk of no plain bytes', stored2(1, 0)),
  body('blocksize 0', stream2(LZ4_2, [0], { blocksize: 0 })),
  body('blocksize 1: no room for the table', stream2(LZ4_2, [0], { blocksize: 1 })),
  body('cbytes 0', stored2().with(12, 0).with(13, 0)),
  body('cbytes 31', stream2(LZ4_2, [0], { cbytes: 31 })),
  body('cbytes 2^31', stream2(LZ4_2, [0], { cbytes: 2 ** 31 })),
  body('cbytes beyond the chunk', stream2(LZ4_2, [0], { cbytes: 1000 })),
  body('16 bytes of header where 32 are claimed', stored2().slice(0, 16)),
  body(
    'a stored chunk of 16 bytes of header that claims 32',
    chunk2({ flags: STORED2, cbytes: PLAIN + 16 }, new Uint8Array(PLAIN)),
  ),
  body('a Blosc1 chunk', join([2, 1, 2, 1], u32(PLAIN, PLAIN, PLAIN + 16), new Uint8Array(PLAIN)), 'ok'),
  body('a Blosc1 chunk, cut short', join([2, 1, 2, 1], u32(PLAIN, PLAIN, PLAIN + 16), new Uint8Array(9))),
  body(
    'bytedelta of items of 2^31-1 bytes: as many planes',
    stream2(LZ4_2, [0xf0, 241, ...lit(256)], { pipeline: [35] }),
    'ok',
    { typesize: INT },
  ),
  body('typesize 0', stored2().with(3, 0)),
  body('version 0', stored2().with(0, 0)),
  body('version 200', stored2().with(0, 200), 'UNSUPPORTED'),
  body('a lazy chunk', stored2().with(31, 8)),
  body('a chunk of measurements', stored2().with(31, 0x80), 'UNSUPPORTED'),
  body('special value 5', chunk2({ flags2: 0x50 }), 'UNSUPPORTED'),
  body('special value 7', chunk2({ flags2: 0x70 }), 'UNSUPPORTED'),
  body('a repeated value of no bytes', chunk2({ flags2: 0x30 })),
  body('a repeated value longer than the chunk', chunk2({ flags2: 0x30 }, lit(300))),
  body('a repeated value that does not go into the chunk', chunk2({ flags2: 0x30 }, lit(7))),
  body('NaNs of 3 bytes', chunk2({ flags2: 0x20, typesize: 3, nbytes: 255 })),
  body('zeros', chunk2({ flags2: 0x10 }), 'ok'),
  body('not initialised: reads as zeros', chunk2({ flags2: 0x40 }), 'ok'),
  body('block offset 0', bare({}, 0, 4, 0)),
  body('block offset in the table', bare({}, 32, 4, 0)),
  body('block offset -1', bare({}, -1, 4, 0)),
  body('block offset at the end', bare({}, 44, 4, 0)),
  body('two blocks at one place', bare({ blocksize: 128 }, 40, 40, 0), 'ok'),
  body('a run of -256', bare({}, 36, -256, 1)),
  body('a run without its byte', bare({}, 36, -5)),
  body('a run with an unknown token', bare({}, 36, -5, 2)),
  body('a run', chunk2({}, join(u32(36, -5), [1])), 'ok'),
  body('a run of zeros', bare({}, 36, 0), 'ok'),
  body('a stream of -2^31', bare({}, 36, 2 ** 31)),
  body('a stream longer than its chunk', bare({}, 36, 100, 0)),
  body('split streams that do not divide the block', stream2(LZ4_2 & ~0x10, [0], { typesize: 7 })),
  body(
    '255 split streams',
    stream2(LZ4_2 & ~0x10, [0], { typesize: 255, nbytes: 255, blocksize: 255 }),
    'DAMAGED',
  ),
  body('dictionary of 0 bytes', chunk2({ flags2: 1 }, u32(36 + 8, 0, 4, 0))),
  body('dictionary of 2^32-1 bytes', chunk2({ flags2: 1 }, u32(36 + 8, -1, 4, 0))),
  body('dictionary larger than the chunk', chunk2({ flags2: 1 }, u32(36 + 8, 500, 4, 0))),
  body(
    'a dictionary for BloscLZ',
    chunk2({ flags: EXTENDED | 0x10, flags2: 1 }, join(u32(44, 4), lit(4), u32(1), [0])),
    'UNSUPPORTED',
  ),
  body(
    'a malformed dictionary for Zstandard',
    chunk2({ flags: ZSTD_2, flags2: 1 }, join(u32(48, 8, 0xec30a437, 1), u32(4), lit(4))),
  ),
  body(
    'blocks of variable length: 2^32-1 of them',
    chunk2({ version: 6, blocksize: 2 ** 32 - 1, flags3: 1 }, u32(36, 4)),
  ),
  body(
    'blocks of variable length: their sizes do not add up',
    chunk2({ version: 6, blocksize: 1, flags3: 1 }, join(u32(36, 100), lit(100))),
  ),
  body(
    'blocks of variable length: one of 4 GiB',
    chunk2({ version: 6, blocksize: 1, flags3: 1 }, join(u32(36, 2 ** 32 - 1), lit(9))),
  ),
  body(
    'blocks of variable length: one of 1 GiB in a few bytes',
    chunk2({ version: 6, nbytes: 2 ** 30, blocksize: 1, flags3: 1 }, join(u32(36, 2 ** 30), lit(9))),
    'UNSUPPORTED',
  ),
  body(
    'blocks of variable length in a stored chunk',
    chunk2({ version: 6, flags: STORED2, flags3: 1 }, new Uint8Array(PLAIN)),
  ),
  body('unknown flags', stored2().with(30, 0xf0), 'UNSUPPORTED'),
  body(
    'filter 200, which nobody registered',
    stream2(LZ4_2, lit(9), { pipeline: [0, 0, 0, 0, 0, 200] }),
    'DAMAGED',
  ),
  body(
    'shuffle by 0 and by 255',
    stream2(LZ4_2, [0x0f, ...lit(9)], { pipeline: [1, 1, 1, 1, 1, 1, 0, 0, 255, 255, 255, 255, 255, 255] }),
  ),
  body(
    'six filters, delta of a block of one byte',
    stream2(LZ4_2, [1], { nbytes: 1, blocksize: 1, typesize: 8, pipeline: [3, 3, 3, 3, 3, 3] }),
    'DAMAGED',
  ),
  body('codec 7', stream2(EXTENDED | (7 << 5), lit(9)), 'UNSUPPORTED'),
  body(
    'a codec that nobody registered',
    stream2(EXTENDED | 0x10 | (6 << 5), lit(9), { pipeline: [0, 0, 0, 0, 0, 0, 250] }),
    'UNSUPPORTED',
  ),
  body(
    'zstd: a frame that claims 2^60 bytes',
    stream2(ZSTD_2, [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 16, 1, 0, 0]),
  ),
  body(
    'zstd: a run of 128 KiB in a block of 256 bytes',
    stream2(ZSTD_2, [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 3, 0, 0x10, 65]),
  ),
  body('zstd: a window of 2^41', stream2(ZSTD_2, [0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 1, 0, 0])),
  body('LZ4: a match before the start', stream2(LZ4_2, [0x1f, 65, 9, 0, 200, 0])),
  body('BloscLZ: a match before the start', stream2(EXTENDED | 0x10, [0, 65, 0xff, 255, 255, 255, 255])),
  {
    name: 'a block of 512 MiB in a stream of 4 bytes',
    bytes: frame({
      chunks: [bare({ nbytes: 2 ** 29, blocksize: 2 ** 29 }, 36, 0)],
      chunksize: 2 ** 29,
      nbytes: 2 ** 29,
    }),
    open: 'ok',
    read: 'UNSUPPORTED',
    repair: 'UNSUPPORTED',
  },
  {
    name: 'a chunk of 2 GiB of a value',
    bytes: frame({
      chunks: [chunk2({ nbytes: INT - 39, flags2: 0x30 }, [1])],
      chunksize: INT - 39,
      nbytes: INT - 39,
    }),
    open: 'ok',
    read: 'ok',
  },
]

const plugin = (codec: number, meta: number, stream: number[]): Uint8Array =>
  stream2(EXTENDED | 0x10 | (6 << 5), stream, { pipeline: [0, 0, 0, 0, 0, 0, codec, meta] })
const grid = b2nd([16, 32], [16, 16], [16, 16])

/** By the numbers of what C-Blosc2 did with their like. */
const KNOWN: HostileFrame[] = [
  body('CVE-2023-37185: ZFP by precision, without an array', plugin(34, 10, lit(40)), 'UNSUPPORTED'),
  body('CVE-2023-37187: ZFP by accuracy, without an array', plugin(33, 250, lit(40)), 'UNSUPPORTED'),
  body('CVE-2023-37188: ZFP by rate, without an array', plugin(35, 50, lit(40)), 'UNSUPPORTED'),
  body('CVE-2023-37186: NDLZ of cells of 8, without an array', plugin(32, 8, lit(40))),
  body(
    'CVE-2024-3203: NDLZ of cells of 8 that write past the block',
    plugin(32, 8, [2, 0, 16, 0, 0, 0, 16, 0, 0, 0, ...lit(30)]),
    'DAMAGED',
    { meta: { b2nd: grid } },
  ),
  body(
    'CVE-2024-3204: NDLZ of cells of 4 that write past the block',
    plugin(32, 4, [2, 255, 255, 255, 127, 255, 255, 255, 127, ...lit(30)]),
    'DAMAGED',
    { meta: { b2nd: grid } },
  ),
  body(
    'CVE-2024-3204: NDLZ whose matches go back before its start',
    plugin(32, 4, [2, 16, 0, 0, 0, 16, 0, 0, 0, 0xc0, 255, 255]),
    'DAMAGED',
    { meta: { b2nd: grid } },
  ),
  body(
    'CVE-2025-29476: sizes of 2^31 less the header',
    stream2(LZ4_2, [0], { nbytes: INT - 16, typesize: 255 }),
  ),
]

function array(
  name: string,
  layer: Uint8Array,
  answer: Answer = 'DAMAGED',
  fields: FrameFields = {},
): HostileFrame {
  return {
    name,
    bytes: frame({ meta: { b2nd: layer }, ...fields }),
    open: 'ok',
    read: 'ok',
    array: answer,
    kept: 2,
  }
}

const ARRAYS: HostileFrame[] = [
  array('a sound array', b2nd([16, 32], [16, 16], [16, 16]), 'ok'),
  array('a shape whose product overflows', b2nd([2n ** 40n, 2n ** 40n], [16, 16], [16, 16])),
  array('a shape of 2^63-1', b2nd([MAX, 1], [16, 16], [16, 16])),
  array('a shape of -1', b2nd([-1, 32], [16, 16], [16, 16])),
  array('chunk shapes whose product overflows', b2nd([1, 1, 1], [INT, INT, INT], [1, 1, 1])),
  array('block shapes whose product overflows', b2nd([16, 32, 1], [INT, INT, INT], [INT, INT, INT])),
  array('chunk shape 0', b2nd([16, 32], [0, 16], [0, 16])),
  array('block shape 0', b2nd([16, 32], [16, 16], [0, 16])),
  array('blocks larger than chunks', b2nd([16, 32], [16, 16], [17, 16])),
  array('chunks larger than the frame says', b2nd([16, 32], [32, 16], [16, 16])),
  array('another number of chunks', b2nd([16, 64], [16, 16], [16, 16])),
  array('an array of no items', b2nd([0, 32], [16, 16], [16, 16])),
  array('17 dimensions', b2nd(Array(17).fill(1), Array(17).fill(1), Array(17).fill(1)), 'UNSUPPORTED'),
  array(
    '255 dimensions and nothing behind',
    join([0x97, 0, 0xcc, 255, 0xdd, 255, 255, 255, 255]),
    'UNSUPPORTED',
  ),
  array('a shape nested 10 000 deep', new Uint8Array(10_000).fill(0x97)),
  array('a dtype of 4 GiB', join(b2nd([16, 32], [16, 16], [16, 16]).slice(0, -7), [255, 255, 255, 255])),
  array('items of another size', b2nd([16, 32], [16, 16], [16, 16], '<f8'), 'ok'),
  {
    name: 'an array of 2^40 items of zeros',
    bytes: frame({
      meta: { b2nd: b2nd([2n ** 20n, 2n ** 20n], [2 ** 15, 2 ** 15], [2 ** 8, 2 ** 8]) },
      chunks: [],
      offsets: Array(2 ** 10).fill(ZEROS),
      nbytes: 2n ** 40n,
      chunksize: 2 ** 30,
    }),
    open: 'ok',
    read: 'ok',
    array: 'ok',
  },
]

export const FRAME_CORPUS: HostileFrame[] = [...FRONTS, ...LAYERS, ...INDEXES, ...CHUNKS, ...KNOWN, ...ARRAYS]

/** A directory: its `chunks.b2frame` is the bytes. */
export interface HostileSparse extends HostileFrame {
  files: Record<string, Uint8Array>
}

function sparse(
  name: string,
  offsets: bigint[],
  files: Record<string, Uint8Array>,
  read: Answer,
  kept: number,
  open: Answer = 'ok',
): HostileSparse {
  const whole = frame({ flags: [0x12, 1, 0x51, 2], offsets, chunks: [], nbytes: 2 * PLAIN, cbytes: 576 })
  return { name, bytes: whole, files, open, read, kept }
}

const [ZERO, ONE] = ['00000000.chunk', '00000001.chunk']

export const SPARSE_CORPUS: HostileSparse[] = [
  sparse('a sound sparse frame', [0n, 1n], { [ZERO]: stored2(1), [ONE]: stored2(2) }, 'ok', 2),
  sparse('a file that is missing', [0n, 1n], { [ZERO]: stored2(1) }, 'DAMAGED', 1),
  sparse('no file at all', [0n, 1n], {}, 'DAMAGED', 0),
  sparse('a file that is empty', [0n, 1n], { [ZERO]: stored2(1), [ONE]: new Uint8Array() }, 'DAMAGED', 1),
  sparse('a file cut short', [0n, 1n], { [ZERO]: stored2(1), [ONE]: stored2().slice(0, 50) }, 'DAMAGED', 1),
  sparse('a file of another frame', [0n, 1n], { [ZERO]: stored2(1), [ONE]: stored2(1, 100) }, 'DAMAGED', 2),
  sparse(
    'a file that is no chunk',
    [0n, 1n],
    { [ZERO]: stored2(1), [ONE]: Buffer.from('hello') },
    'DAMAGED',
    1,
  ),
  sparse('file number 2^52', [0n, 2n ** 52n], { [ZERO]: stored2(1) }, 'DAMAGED', 1, 'DAMAGED'),
  sparse('both from one file', [0n, 0n], { [ZERO]: stored2(1) }, 'ok', 2),
]
