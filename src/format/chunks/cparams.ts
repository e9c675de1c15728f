// Compression parameters of frames: options to parameters, and headers back to options.

import { wholeItems } from '../../chunk/blosc2/blocksize.js'
import { type FilterSlot, MAX_BLOCK_BYTES, MAX_FILTERS } from '../../chunk/blosc2/header.js'
import {
  type Blosc2ChunkParams,
  namedCodec,
  numberOf,
  numbersOf,
  SPLIT_MODES,
} from '../../chunk/blosc2/params.js'
import { codeOf } from '../../chunk/blosc2/portable.js'
import type { Codec } from '../../codecs/codec.js'
import { builtinNames, codecByPlugin, knownCodec, knownNumber } from '../../codecs/registry.js'
import { unsupported, usage } from '../../core/errors.js'
import { unknownName } from '../../core/nearest.js'
import { portableTraits, type SChunkTraits } from '../../core/schunk-traits.js'
import { filterById, filterByName, useFirstBlock } from '../../filters/registry.js'
import { SHUFFLE_FILTERS } from '../../filters/shuffles.js'
import type { FrameHeader } from '../frame/header.js'
import type { CodingOptions, FilterOption } from '../pack-options.js'

/** How chunks are compressed. */
export interface CompressionOptions extends CodingOptions {
  /** Block size in bytes, rounded down to whole items (at least one). Default: chosen by C-Blosc2's rule. */
  blockSize?: number
  /** Apply lossy filters even to items that they would ruin or whose dtype is unknown. */
  force?: boolean
}

/** The target of the compression. */
export interface ChunkTarget {
  /** The super-chunk that the chunks belong to. */
  schunk: SChunkTraits
  /** Shape of the blocks in items, if it holds an array. */
  blockshape?: readonly number[] | undefined
}

/** @throws BlpkError USAGE for a codec that takes no dictionary */
function checkDictionary({ traits }: Codec): void {
  if (traits.dictionary !== true) throw usage('only lz4, lz4hc and zstd take a dictionary')
}

/** @throws BlpkError UNSUPPORTED for a codec that can only be read */
function writable(codec: Codec): Codec {
  if (codec.encode === undefined) throw unsupported(`the codec ${codec.name} can be read, but not written`)
  return codec
}

/** @throws BlpkError USAGE for a codec that is unknown or that frames do not have */
function findCodec(codec: string | number): Codec {
  if (typeof codec === 'number') return writable(knownNumber(codec) ?? codecByPlugin(codec))
  const found = knownCodec(codec)
  if (found?.ids.blosc2 !== undefined) return writable(found)
  const names = builtinNames('blosc2')
  if (found !== undefined) throw usage(`Blosc2 has no codec ${codec}; it has ${names.join(', ')}`)
  throw unknownName('codec', codec, names, 'registered codecs')
}

function findFilter(option: FilterOption): FilterSlot {
  const { filter, meta = 0 } = typeof option === 'object' ? option : { filter: option }
  const found = typeof filter === 'number' ? filterById(filter) : filterByName(filter)
  if (!Number.isInteger(meta) || meta < -128 || meta > 255)
    throw usage(`the meta byte of the filter ${found.name} is ${meta}; it must fit in a byte`)
  return { id: found.id, meta: meta & 0xff }
}

/** The requested filters, by either option. @throws BlpkError USAGE if both options are set */
export function filtersAsked({ filters, shuffle }: CompressionOptions): readonly FilterOption[] | undefined {
  if (shuffle === undefined) return filters
  if (filters !== undefined) throw usage('filters and shuffle cannot be combined')
  if (!Object.hasOwn(SHUFFLE_FILTERS, shuffle))
    throw unknownName('shuffle', shuffle, Object.keys(SHUFFLE_FILTERS))
  return SHUFFLE_FILTERS[shuffle].map(({ name }) => name)
}

/** The requested block size, in whole items. @throws BlpkError USAGE if a block cannot have that size */
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

/** Checks options and resolves names. @throws BlpkError USAGE */
export function resolveParams(
  options: CompressionOptions,
  { schunk, blockshape }: ChunkTarget,
): Blosc2ChunkParams {
  const { level = 5, splitMode = 'auto', blockSize: blocksize = 0, codecMeta = 0 } = options
  const { typesize: itemBytes } = schunk
  const filters = (filtersAsked(options) ?? ['shuffle']).map(findFilter)
  if (!Number.isInteger(level) || level < 0 || level > 9)
    throw usage(`the level is ${level}; it must be 0 to 9`)
  if (filters.length > MAX_FILTERS)
    throw usage(`there are ${filters.length} filters; a chunk takes at most ${MAX_FILTERS}`)
  if (useFirstBlock(filters.slice(1)))
    throw usage('the filter delta must come first: after other filters, C-Blosc2 does not restore the data')
  if (!SPLIT_MODES.includes(splitMode)) throw usage(`unknown split mode '${splitMode}'`)
  if (!Number.isInteger(codecMeta) || codecMeta < 0 || codecMeta > 255)
    throw usage(`the meta byte of the codec is ${codecMeta}; it must fit in a byte`)
  const codec = findCodec(options.codec ?? 'zstd')
  const dictionary = options.dictionary === true
  if (dictionary) checkDictionary(codec)
  const block = { blocksize: wholeBlock(blocksize, itemBytes), blockshape }
  return { codec, codecMeta, level, filters, splitMode, itemBytes, ...block, dictionary, schunk }
}

/** The compression parameters in a form that can be sent to a worker. */
export interface PortableParams {
  options: CompressionOptions
  target: ChunkTarget
}

/** The parameters for a worker; undefined if they need user code that only runs in the calling thread. */
export function portableParams(p: Blosc2ChunkParams): PortableParams | undefined {
  const { codec, codecMeta, level, splitMode, blocksize, schunk, blockshape, dictionary = false } = p
  const code = codeOf(codec, p.filters)
  if (!code.threads || p.prefilter !== undefined) return undefined
  const filters = p.filters.map(({ id, meta }) => ({ filter: id, meta }))
  const numbers = { codec: codec.ids.blosc2 ?? 0, codecMeta }
  const options = { ...numbers, level, filters, splitMode, blockSize: blocksize, dictionary }
  const target = { schunk: portableTraits(schunk, code.modules.length > 0), blockshape }
  return { options, target }
}

/** Whether chunks with this codec can get a dictionary here. */
function takesDictionary(header: FrameHeader): boolean {
  return namedCodec(header)?.traits.dictionary === true
}

/**
 * The options that correspond to the header of a frame, for chunks that are added to it. They have no
 * dictionary if none is available.
 */
export function optionsOf(h: FrameHeader): CompressionOptions {
  return {
    dictionary: h.dictionary && takesDictionary(h),
    codec: numberOf(h).number,
    codecMeta: h.codecMeta,
    level: Math.min(h.level, 9),
    filters: h.filters.map(({ id, meta }) => ({ filter: id, meta })),
    splitMode: h.splitMode,
    blockSize: blockOf(h),
  }
}

/** C-Blosc2 stores the requested size, which may not be a multiple of the typesize. */
function blockOf({ blocksize, typesize }: FrameHeader): number {
  return blocksize === 0 || typesize > MAX_BLOCK_BYTES ? 0 : wholeItems(blocksize, typesize)
}

/** The fields of a frame header that correspond to options. */
export function headerFields(
  p: Blosc2ChunkParams,
): Pick<
  FrameHeader,
  'codec' | 'udcodec' | 'codecMeta' | 'level' | 'filters' | 'splitMode' | 'blocksize' | 'dictionary'
> {
  const { codec, codecMeta, level, filters, splitMode, blocksize, dictionary = false } = p
  return {
    dictionary,
    ...numbersOf(codec),
    codecMeta,
    level,
    filters,
    splitMode,
    blocksize,
  }
}
