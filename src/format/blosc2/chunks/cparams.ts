import { wholeItems } from '../../../chunk/blosc2/blocksize.js'
import {
  CODEC_FORMAT_UD,
  FILTER_DELTA,
  type FilterSlot,
  MAX_BLOCK_BYTES,
  MAX_FILTERS,
} from '../../../chunk/blosc2/header.js'
import type { Chunk2Params, StreamEncoder } from '../../../chunk/blosc2/params.js'
import { CODEC_NUMBERS, CODEC_UD, SPLIT_MODES, type SplitMode } from '../../../chunk/blosc2/params.js'
import { addCodec, type PluginCodec, pluginCodec, pluginCodecByName } from '../../../codecs/plugins.js'
import { CODECS, codecByName } from '../../../codecs/registry.js'
import { unsupported, usage } from '../../../core/errors.js'
import { filterById, filterByName, USER_IDS } from '../../../filters/registry.js'
import type { FrameHeader } from '../frame/header.js'

/** A filter by name or number, with its meta byte (0 to 255, or −128 to −1). */
export type FilterOption = string | number | { filter: string | number; meta?: number }

/** How chunks are to be compressed. */
export interface CompressionOptions {
  /** Name of a codec, or number of a registered one. Default: `zstd`. */
  codec?: string | number
  /** Meta byte of a registered codec. */
  codecMeta?: number
  /** 0 (store) to 9. Default: 5. */
  level?: number
  /** At most six, in the order of compression, delta only as the first one. Default: byte shuffle. */
  filters?: readonly FilterOption[]
  /** Default: `auto`. */
  splitMode?: SplitMode
  /** Size of a block, in bytes, rounded down to whole items, of which it holds one or more; C-Blosc2's rule by default. */
  blockSize?: number
  /** Let lossy filters work on items that they ruin, or whose dtype is not known. */
  force?: boolean
  /** A dictionary of samples in each chunk, which helps small blocks: of lz4, lz4hc and zstd. */
  dictionary?: boolean
}

/** Low levels of Zstandard gain from split blocks too. */
const LAST_SPLIT_ZSTD_LEVEL = 5
const SPLITTING: readonly string[] = ['blosclz', 'lz4']

function builtinEncoder(name: keyof typeof CODEC_NUMBERS): StreamEncoder {
  const codec = codecByName(name)
  return {
    format: codec.format,
    number: CODEC_NUMBERS[name],
    meta: 0,
    highRatio: codec.highRatio,
    likesSplit: (level) => SPLITTING.includes(name) || (name === 'zstd' && level <= LAST_SPLIT_ZSTD_LEVEL),
    encode: (ws, src, nbytes, dst, capacity, level) => codec.compress(ws, src, nbytes, dst, capacity, level),
    encodeDict: codec.compressDict,
  }
}

/** @throws BlpkError USAGE for a codec that takes no dictionary */
function checkDictionary({ encodeDict }: StreamEncoder): void {
  if (encodeDict === undefined) throw usage('only lz4, lz4hc and zstd take a dictionary')
}

function pluginEncoder(codec: PluginCodec, meta: number, owner: unknown): StreamEncoder {
  const { encode } = codec
  if (encode === undefined) throw unsupported(`the codec ${codec.name} can be read, but not written`)
  return {
    format: CODEC_FORMAT_UD,
    number: codec.id,
    meta,
    highRatio: false,
    likesSplit: () => false,
    encode(ws, src, nbytes, dst, capacity) {
      const packed = encode(ws, src, nbytes, dst, capacity, meta, owner)
      if (!Number.isInteger(packed) || packed < 0 || packed > capacity) return 0
      return packed
    },
  }
}

function isBuiltin(name: string): name is keyof typeof CODEC_NUMBERS {
  return name in CODEC_NUMBERS
}

/** @throws BlpkError USAGE for a codec that is not known or that frames do not have */
function findEncoder(codec: string | number, meta: number, owner: unknown): StreamEncoder {
  if (typeof codec === 'number') {
    for (const [name, number] of Object.entries(CODEC_NUMBERS)) {
      if (number === codec && isBuiltin(name)) return builtinEncoder(name)
    }
    return pluginEncoder(pluginCodec(codec), meta, owner)
  }
  if (isBuiltin(codec)) return builtinEncoder(codec)
  const plugin = pluginCodecByName(codec)
  if (plugin !== undefined) return pluginEncoder(plugin, meta, owner)
  if (CODECS.some(({ name }) => name === codec))
    throw usage(`Blosc2 has no codec ${codec}; it has ${Object.keys(CODEC_NUMBERS).join(', ')}`)
  throw usage(
    `unknown codec '${codec}' (there are ${Object.keys(CODEC_NUMBERS).join(', ')}, and registered ones)`,
  )
}

function findFilter(option: FilterOption): FilterSlot {
  const { filter, meta = 0 } = typeof option === 'object' ? option : { filter: option }
  const found = typeof filter === 'number' ? filterById(filter) : filterByName(filter)
  if (!Number.isInteger(meta) || meta < -128 || meta > 255)
    throw usage(`the meta byte of the filter ${found.name} is ${meta}; it must fit in a byte`)
  return { id: found.id, meta: meta & 0xff }
}

/** The block size that was asked for, in whole items. @throws BlpkError USAGE where a block cannot have that size */
function wholeBlock(blocksize: number, itemBytes: number): number {
  if (blocksize === 0) return 0
  if (!Number.isSafeInteger(blocksize) || blocksize < 0) throw usage(`the block size is ${blocksize}`)
  if (blocksize > MAX_BLOCK_BYTES)
    throw usage(`the block size is ${blocksize}; blocks have at most ${MAX_BLOCK_BYTES} bytes`)
  if (blocksize < itemBytes)
    throw usage(
      `the block size is ${blocksize}, but an item has ${itemBytes} bytes: ` +
        `give a multiple of ${itemBytes}, or none`,
    )
  return wholeItems(blocksize, itemBytes)
}

/**
 * Checks options and finds what they name.
 * @param itemBytes size of an item, in bytes
 * @param owner what codecs of users are handed along
 * @throws BlpkError USAGE
 */
export function resolveParams(options: CompressionOptions, itemBytes: number, owner?: unknown): Chunk2Params {
  const { codec = 'zstd', codecMeta = 0, level = 5, splitMode = 'auto', blockSize: blocksize = 0 } = options
  const filters = (options.filters ?? ['shuffle']).map(findFilter)
  if (!Number.isInteger(level) || level < 0 || level > 9)
    throw usage(`the level is ${level}; it goes from 0 to 9`)
  if (filters.length > MAX_FILTERS)
    throw usage(`there are ${filters.length} filters; ${MAX_FILTERS} fit in a chunk`)
  if (filters.some(({ id }, i) => id === FILTER_DELTA && i > 0))
    throw usage('the filter delta must be the first one: behind others, C-Blosc2 does not get the data back')
  if (!SPLIT_MODES.includes(splitMode)) throw usage(`unknown split mode '${splitMode}'`)
  if (!Number.isInteger(codecMeta) || codecMeta < 0 || codecMeta > 255)
    throw usage(`the meta byte of the codec is ${codecMeta}; it must fit in a byte`)
  const encoder = findEncoder(codec, codecMeta, owner)
  const dictionary = options.dictionary === true
  if (dictionary) checkDictionary(encoder)
  const block = wholeBlock(blocksize, itemBytes)
  return { encoder, level, filters, splitMode, itemBytes, blocksize: block, dictionary }
}

/** How chunks are compressed, in a form that goes to a worker. */
export interface PortableParams {
  options: CompressionOptions
  itemBytes: number
}

/** The parameters for a worker; undefined where they need code of a user, which runs in the calling thread only. */
export function portableParams(p: Chunk2Params): PortableParams | undefined {
  const { encoder, level, splitMode, blocksize, itemBytes, prefilter, dictionary = false } = p
  const own = encoder.format === CODEC_FORMAT_UD || p.filters.some(({ id }) => id >= USER_IDS.first)
  if (own || prefilter !== undefined) return undefined
  const filters = p.filters.map(({ id, meta }) => ({ filter: id, meta }))
  return {
    options: { codec: encoder.number, level, filters, splitMode, blockSize: blocksize, dictionary },
    itemBytes,
  }
}

/** Can chunks get a dictionary by this codec, here? */
function takesDictionary({ codec }: FrameHeader): boolean {
  return CODECS.some(
    ({ name, compressDict }) =>
      isBuiltin(name) && CODEC_NUMBERS[name] === codec && compressDict !== undefined,
  )
}

/**
 * The options that the header of a frame stands for, for chunks that are added to it: these have no dictionary where
 * none can be had.
 */
export function optionsOf(h: FrameHeader): CompressionOptions {
  return {
    dictionary: h.dictionary && takesDictionary(h),
    codec: h.codec >= CODEC_UD ? h.udcodec : h.codec,
    codecMeta: h.codecMeta,
    level: Math.min(h.level, 9),
    filters: h.filters.map(({ id, meta }) => ({ filter: id, meta })),
    splitMode: h.splitMode,
    blockSize: blockOf(h),
  }
}

/** C-Blosc2 keeps what it was told, which need be no whole items. */
function blockOf({ blocksize, typesize }: FrameHeader): number {
  return blocksize === 0 || typesize > MAX_BLOCK_BYTES ? 0 : wholeItems(blocksize, typesize)
}

/** The fields of a frame's header that options stand for. */
export function headerFields(
  p: Chunk2Params,
): Pick<
  FrameHeader,
  'codec' | 'udcodec' | 'codecMeta' | 'level' | 'filters' | 'splitMode' | 'blocksize' | 'dictionary'
> {
  const { encoder, level, filters, splitMode, blocksize, dictionary = false } = p
  return {
    dictionary,
    codec: encoder.format === CODEC_FORMAT_UD ? CODEC_UD : encoder.number,
    udcodec: encoder.number,
    codecMeta: encoder.meta,
    level,
    filters,
    splitMode,
    blocksize,
  }
}

/** What codecs of users see of the super-chunk that they work for. */
export interface SChunkTraits {
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** Plain size of all chunks but the last, in bytes; 0 where each has its own. */
  readonly chunkSize: number
  readonly nchunks: number
  /** Plain size, in bytes. */
  readonly nbytes: number
  readonly meta: ReadonlyMap<string, Uint8Array>
  readonly vlmeta: ReadonlyMap<string, Uint8Array>
}

/** A codec of a user, over plain views of the streams. */
export interface UserCodec {
  /** 160 to 255. */
  id: number
  name: string
  /** Do values not come back as they were? */
  lossy?: boolean
  /** @returns bytes written to `output`, or 0 for "store it plain" */
  encode(input: Uint8Array, output: Uint8Array, meta: number, schunk: SChunkTraits): number
  /** Fills `output`. @returns bytes written; less than all of it means that the stream is malformed */
  decode(input: Uint8Array, output: Uint8Array, meta: number, schunk: SChunkTraits): number
}

/**
 * Adds a codec of your own; it runs in the calling thread.
 * @throws BlpkError USAGE for a number out of 160 to 255, or a number or name that is taken
 */
export function registerCodec(codec: UserCodec): void {
  addCodec(
    {
      id: codec.id,
      name: codec.name,
      lossy: codec.lossy === true,
      encode: (ws, src, nbytes, dst, capacity, meta, owner) =>
        codec.encode(ws.view(src, nbytes), ws.view(dst, capacity), meta, owner as SChunkTraits),
      decode: (ws, src, cbytes, dst, nbytes, meta, owner) =>
        codec.decode(ws.view(src, cbytes), ws.view(dst, nbytes), meta, owner as SChunkTraits),
    },
    CODECS.map(({ name }) => name),
  )
}
