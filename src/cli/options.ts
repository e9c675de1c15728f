import type { CodecName } from '../codecs/registry.js'
import type { FilterOption } from '../engine/blosc2/cparams.js'
import type { Room } from '../engine/options.js'
import type { PartOf } from '../engine/part.js'
import { usage } from '../errors.js'
import type { ChecksumName } from '../format/bloscpack/checksums.js'
import { MAX_CHUNK_NBYTES, type Shuffle } from '../format/chunk/header.js'
import type { SplitMode } from '../format/frame/header.js'
import type { ContainerName } from './archive-name.js'
import { parseExtents, parseFilters } from './blosc2-values.js'
import { parseSelection, type Selected } from './selection.js'
import { parseSize } from './sizes.js'
import { parseSlice, type Slice } from './slices.js'

export type CommandName =
  | 'compress'
  | 'decompress'
  | 'info'
  | 'append'
  | 'meta'
  | 'verify'
  | 'repair'
  | 'concat'
  | 'convert'
  | 'ls'
  | 'clean'

/** Words of the help, where needed for each command. */
export type Wording = string | Partial<Record<CommandName, string>>

/** One option of the command line. */
export interface Flag {
  letter?: string
  /** Long name, without dashes. */
  name: string
  /** Name of its value, where it takes one. */
  value?: string
  /** What it does. */
  description: Wording
  /** Default, as the help says it. */
  default?: Wording
  /** Reads its value. @throws BlpkError USAGE */
  parse?: (text: string) => unknown
  /** May be given several times; its values are then a list. */
  repeats?: boolean
  /** Commands that have it; `all` for global options. */
  commands: readonly CommandName[] | 'all'
}

/** Options as they were given; nothing stands for a default. */
export interface CliOptions {
  force?: boolean
  nthreads?: number
  verbose?: boolean
  debug?: boolean
  quiet?: boolean
  json?: boolean
  progress?: ProgressMode
  typesize?: number | 'auto'
  clevel?: number
  /** `false` for --no-shuffle. */
  shuffle?: Shuffle | false
  /** A built-in codec, or the name or number of a registered one, with `:meta` behind it. */
  codec?: string
  filters?: readonly FilterOption[]
  splitMode?: SplitMode
  format?: ContainerName
  chunkSize?: number
  blockSize?: number
  checksum?: ChecksumName
  offsets?: boolean
  metadata?: string
  maxAppChunks?: Room
  raw?: boolean
  fixed?: boolean
  checkExtension?: boolean
  bytes?: Slice
  items?: Slice
  metadataOut?: string
  maxChunk?: number
  /** Of info: a row for each; of others the shape of chunks, in items. */
  chunks?: true | readonly number[]
  blocks?: readonly number[]
  slice?: readonly Selected[]
  plugin?: readonly string[]
  grow?: boolean
  appendId?: string
  lockTimeout?: number
  /** `false` for --no-lock. */
  lock?: boolean
  unsafeNoCas?: boolean
  /** Seconds. */
  olderThan?: number
  dryRun?: boolean
  deep?: boolean
  against?: string
  salvage?: boolean
  fill?: 'zeros'
  /** Seconds. */
  timeout?: number
  retries?: number
  s3Endpoint?: string
  part?: PartOf
}

export type ProgressMode = 'auto' | 'always' | 'never'

// Said here once more, so that the help needs none of the engine; a test compares them.
export const CODECS: readonly CodecName[] = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
export const CHECKSUMS: readonly ChecksumName[] = [
  'None',
  'adler32',
  'crc32',
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'xxh64',
]
const SHUFFLES: readonly Shuffle[] = ['none', 'byte', 'bit']
const FORMATS: readonly ContainerName[] = ['blp', 'b2frame', 'b2nd']
const SPLIT_MODES: readonly SplitMode[] = ['always', 'never', 'auto', 'forward-compat']
const PROGRESS_MODES: readonly ProgressMode[] = ['auto', 'always', 'never']
const MAX_THREADS = 1024
const MAX_SECONDS = 1e6

function oneOf(what: string, names: readonly string[]): (text: string) => string {
  return (text) => {
    const found = names.find((name) => name.toLowerCase() === text.toLowerCase())
    if (found === undefined) throw usage(`unknown ${what} '${text}' (there are ${names.join(', ')})`)
    return found
  }
}

function wholeNumber(what: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw usage(`${what} must be a whole number from ${least} to ${most}, not '${text}'`)
  }
}

function size(what: string, most: number, max?: number): (text: string) => number {
  return (text) => {
    const value = parseSize(text, max)
    if (value >= 1 && value <= most) return value
    throw usage(`${what} must be from 1 to ${most} bytes, not '${text}'`)
  }
}

function parseTypesize(text: string): number | 'auto' {
  return text.toLowerCase() === 'auto' ? 'auto' : wholeNumber('the typesize', 1, 255)(text)
}

/** Registered codecs are known only when their modules are loaded. */
function parseCodec(text: string): string {
  return CODECS.find((name) => name === text.toLowerCase()) ?? text
}

function parseSeconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value <= MAX_SECONDS) return value
  throw usage(`the timeout must be a number of seconds from 0 to ${MAX_SECONDS}, not '${text}'`)
}

const SECONDS_IN: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

function parseAge(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  const value = Number(count) * (SECONDS_IN[unit] ?? Number.NaN)
  if (value <= MAX_SECONDS * 1000) return value
  throw usage(`'${text}' is no age (such as 90m, 24h or 7d)`)
}

function parseRoom(text: string): Room {
  const count = wholeNumber('the room for more chunks', 0, 2 ** 40)
  return /x$/i.test(text) ? { times: count(text.slice(0, -1)) } : count(text)
}

const MOST_PARTS = 1_000_000

function parsePart(text: string): PartOf {
  const [, i, n] = /^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? []
  const part = { index: Number(i), count: Number(n) }
  if (part.index >= 1 && part.index <= part.count && part.count <= MOST_PARTS) return part
  throw usage(`'${text}' is no part i/n, with i from 1 to n (such as 3/8)`)
}

const LOCKING: readonly CommandName[] = ['compress', 'append', 'meta']
const ENCODING: readonly CommandName[] = ['compress', 'append', 'concat', 'convert']
const READING: readonly CommandName[] = [
  'decompress',
  'info',
  'append',
  'verify',
  'repair',
  'concat',
  'convert',
]
/** Commands that write whole containers of any kind. */
const WRITING: readonly CommandName[] = ['compress', 'convert']

/** The options of all commands: what is parsed and what the help says both come from here. */
export const FLAGS: readonly Flag[] = [
  {
    name: 'format',
    value: 'kind',
    description: 'container to write: blp, b2frame (Blosc2 frame) or b2nd (Blosc2 array)',
    default: "by the output's name, else blp",
    parse: oneOf('format', FORMATS),
    commands: WRITING,
  },
  {
    letter: 't',
    name: 'typesize',
    value: 'size',
    description: 'item size in bytes, 1 to 255, or auto: found out by a sample',
    default: { compress: "the array's, else auto", append: "the archive's", convert: "the input's" },
    parse: parseTypesize,
    commands: ['compress', 'append', 'convert'],
  },
  {
    letter: 'l',
    name: 'clevel',
    value: 'level',
    description: 'compression level, 0 (store) to 9',
    default: '5',
    parse: wholeNumber('the level', 0, 9),
    commands: ENCODING,
  },
  {
    name: 'shuffle',
    value: 'kind',
    description: 'filter: none, byte or bit',
    default: {
      compress: 'byte',
      append: "byte; a frame's own",
      concat: "the first archive's",
      convert: 'byte',
    },
    parse: oneOf('shuffle', SHUFFLES),
    commands: ENCODING,
  },
  { letter: 's', name: 'no-shuffle', description: 'the same as --shuffle none', commands: ENCODING },
  {
    letter: 'c',
    name: 'codec',
    value: 'codec',
    description: {
      compress: `${CODECS.join(', ')}; in Blosc2 all but snappy, and registered ones as name:meta`,
      append: CODECS.join(', '),
      concat: CODECS.join(', '),
      convert: `${CODECS.join(', ')}; in Blosc2 all but snappy, and registered ones as name:meta`,
    },
    default: {
      compress: 'lz4, in Blosc2 zstd',
      append: "lz4; a frame's own",
      concat: "the first archive's",
      convert: 'lz4, in Blosc2 zstd',
    },
    parse: parseCodec,
    commands: ENCODING,
  },
  {
    name: 'filters',
    value: 'list',
    description: 'up to six filters of Blosc2 with their meta, such as trunc_prec:10,bitshuffle; or none',
    default: 'shuffle',
    parse: parseFilters,
    commands: WRITING,
  },
  {
    letter: 'z',
    name: 'chunk-size',
    value: 'size',
    description: 'plain bytes a chunk: 128K, 1M, 0.5G, max',
    default: '1M; of frames 4M',
    parse: size('the chunk size', MAX_CHUNK_NBYTES, MAX_CHUNK_NBYTES),
    commands: WRITING,
  },
  {
    name: 'block-size',
    value: 'size',
    description: 'plain bytes a block',
    default: "C-Blosc's rule for level and codec",
    parse: size('the block size', MAX_CHUNK_NBYTES),
    commands: ['compress', 'append', 'convert'],
  },
  {
    name: 'chunks',
    value: 'shape',
    description: 'of an array (b2nd): shape of its chunks, such as 10,25,150',
    default: 'some 4M of whole blocks',
    parse: parseExtents,
    commands: WRITING,
  },
  {
    name: 'blocks',
    value: 'shape',
    description: 'of an array (b2nd): shape of the blocks of a chunk',
    default: 'some 128K',
    parse: parseExtents,
    commands: WRITING,
  },
  {
    name: 'split-mode',
    value: 'mode',
    description: `when Blosc2 splits blocks into streams: ${SPLIT_MODES.join(', ')}`,
    default: 'auto',
    parse: oneOf('split mode', SPLIT_MODES),
    commands: WRITING,
  },
  {
    letter: 'k',
    name: 'checksum',
    value: 'name',
    description: `behind each chunk: ${CHECKSUMS.join(', ')}`,
    default: 'crc32',
    parse: oneOf('checksum', CHECKSUMS),
    commands: WRITING,
  },
  {
    letter: 'o',
    name: 'no-offsets',
    description: 'write no positions of chunks: smaller, but parts are found more slowly',
    commands: WRITING,
  },
  {
    letter: 'm',
    name: 'metadata',
    value: 'file',
    description: {
      compress: 'JSON file to store as metadata; - is standard input',
      append: 'JSON file to store as metadata, in place of those that are there (not of frames: see meta)',
      concat: 'JSON file to store as metadata, in place of those of the archives',
      convert: 'JSON file to store as metadata, in place of those of the input',
    },
    commands: ENCODING,
  },
  {
    name: 'max-app-chunks',
    value: 'n',
    description: 'room for appended chunks: a count, or 10x for ten times the chunks there are',
    default: '10x',
    parse: parseRoom,
    commands: ['compress', 'concat', 'convert'],
  },
  {
    name: 'part',
    value: 'i/n',
    description: 'pack only the i-th of n pieces (1/n to n/n), which blpk concat joins',
    parse: parsePart,
    commands: ['compress'],
  },
  {
    letter: 'e',
    name: 'no-check-extension',
    description: 'take an archive whose name does not end with .blp, .b2frame or .b2nd',
    commands: ['decompress', 'append', 'ls'],
  },
  {
    name: 'bytes',
    value: 'start:stop',
    description: 'only these plain bytes, as in a Python slice',
    parse: parseSlice,
    commands: ['decompress'],
  },
  {
    name: 'items',
    value: 'start:stop',
    description: 'only these items, as in a Python slice; of a NumPy array: a 1-d .npy, in memory order',
    parse: parseSlice,
    commands: ['decompress'],
  },
  {
    name: 'slice',
    value: 'keys',
    description: "of an array (b2nd): a part as in NumPy, such as '0:10,:,5::2', '-1,...' or '[1,5,7],:3'",
    parse: parseSelection,
    commands: ['decompress'],
  },
  {
    name: 'metadata-out',
    value: 'file',
    description: 'write the metadata (JSON) to a file',
    commands: ['decompress'],
  },
  {
    name: 'raw',
    description: {
      compress: 'pack a .npy file as plain bytes',
      decompress: 'write plain bytes, without a .npy header',
      append: 'append a .npy file as plain bytes; plain bytes to an array',
      meta: 'bytes as they are, not as a msgpack value',
      verify: 'compare with a .npy file as plain bytes',
    },
    commands: ['compress', 'decompress', 'append', 'meta', 'verify'],
  },
  {
    name: 'fixed',
    description: 'a fixed metalayer, which keeps its size',
    commands: ['meta'],
  },
  { name: 'chunks', description: 'add a row for each chunk', commands: ['info'] },
  {
    name: 'grow',
    description: 'if there is no room left: rewrite the archive with ten times the room',
    commands: ['append'],
  },
  {
    name: 'append-id',
    value: 'id',
    description: 'name this append; if the archive has one of that name already, do nothing',
    parse: (text) => text,
    commands: ['append'],
  },
  {
    name: 'lock-timeout',
    value: 'seconds',
    description: {
      compress: 'how long to wait while others change the archive; 0 is not at all',
      append:
        'how long to wait while others change the archive, or to start over where they were quicker to change ' +
        'an object; 0 is not at all',
    },
    default: '60',
    parse: parseSeconds,
    commands: LOCKING,
  },
  {
    name: 'no-lock',
    description: 'take no lock: only right where nobody else changes the archive',
    commands: LOCKING,
  },
  {
    name: 'unsafe-no-cas',
    description: 'change an object though its store ignores conditions: only right where nobody else does',
    commands: ['append'],
  },
  {
    name: 'older-than',
    value: 'age',
    description: 'only uploads that were begun so long ago (90m, 24h, 7d): younger ones may still go on',
    default: '24h',
    parse: parseAge,
    commands: ['clean'],
  },
  { name: 'dry-run', description: 'only say what would be done', commands: ['clean'] },
  {
    name: 'salvage',
    description: 'unpack what is left of a damaged archive; exit code 3 where something is lost',
    commands: ['decompress'],
  },
  {
    name: 'fill',
    value: 'with',
    description: {
      decompress: 'with --salvage: zeros in place of lost chunks, so that the rest stays in its place',
      repair: 'zeros: put zeros in place of lost chunks, so that the rest stays in its place',
    },
    default: { repair: 'they are left out' },
    parse: oneOf('filling', ['zeros']),
    commands: ['decompress', 'repair'],
  },
  { name: 'deep', description: 'decompress every chunk too', commands: ['verify'] },
  {
    name: 'against',
    value: 'file',
    description: 'compare with the original file too',
    commands: ['verify'],
  },
  {
    name: 'max-chunk',
    value: 'size',
    description: 'refuse chunks of more plain bytes than this',
    default: '2G',
    parse: size('the largest chunk', Number.MAX_SAFE_INTEGER),
    commands: READING,
  },
  {
    name: 'plugin',
    value: 'module',
    description: 'ES module that registers codecs or filters of Blosc2; may be given several times',
    parse: (text) => text,
    repeats: true,
    commands: 'all',
  },
  { letter: 'f', name: 'force', description: 'replace existing output files', commands: 'all' },
  {
    letter: 'n',
    name: 'nthreads',
    value: 'n',
    description: 'threads that work on chunks',
    default: 'all cores',
    parse: wholeNumber('the number of threads', 1, MAX_THREADS),
    commands: 'all',
  },
  { letter: 'v', name: 'verbose', description: 'say what is done', commands: 'all' },
  { letter: 'd', name: 'debug', description: 'say more, with stack traces of errors', commands: 'all' },
  { letter: 'q', name: 'quiet', description: 'say nothing but errors', commands: 'all' },
  { name: 'json', description: 'print the result as JSON', commands: 'all' },
  {
    name: 'timeout',
    value: 'seconds',
    description: 'give up a request without progress after so many seconds',
    default: '30',
    parse: wholeNumber('the time-out', 1, 86_400),
    commands: 'all',
  },
  {
    name: 'retries',
    value: 'n',
    description: 'try a request again so often',
    default: '5',
    parse: wholeNumber('the number of retries', 0, 1000),
    commands: 'all',
  },
  {
    name: 's3-endpoint',
    value: 'url',
    description: 'S3 service to talk to',
    default: '$AWS_ENDPOINT_URL_S3, else AWS',
    commands: 'all',
  },
  {
    name: 'progress',
    value: 'when',
    description: 'progress bar: auto (on a terminal), always or never',
    default: 'auto',
    parse: oneOf('progress mode', PROGRESS_MODES),
    commands: 'all',
  },
]
