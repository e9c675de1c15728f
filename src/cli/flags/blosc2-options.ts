import { isLossyPlugin, knownCodec } from '../../codecs/registry.js'
import { usage } from '../../core/errors.js'
import { SHUFFLE_FILTERS } from '../../filters/shuffles.js'
import type { FrameChecksum } from '../../format/blosc2/chunks/checksums.js'
import type { CompressionOptions } from '../../format/blosc2/chunks/cparams.js'
import { lossyFilters } from '../../format/blosc2/chunks/lossy.js'
import type { ContainerName } from '../archive-name.js'
import { parseNamedMeta } from './blosc2-values.js'
import type { CliOptions } from './options.js'

/** Which options a container has no use for, and what to do instead. */
const BLOSCPACK_ONLY: readonly [keyof CliOptions, flag: string, why: string][] = [
  ['offsets', '--no-offsets', 'a Blosc2 frame always has the positions of its chunks'],
  ['maxAppChunks', '--max-app-chunks', 'a Blosc2 frame can grow without room kept for it'],
  ['part', '--part', 'pieces of Blosc2 frames cannot be joined'],
]
const ARRAY_ONLY: readonly [keyof CliOptions, flag: string, why: string][] = [
  ['chunks', '--chunks', 'it is for arrays (b2nd); the size of chunks is --chunk-size'],
  ['blocks', '--blocks', 'it is for arrays (b2nd); the size of blocks is --block-size'],
]
const FRAME_ONLY: readonly [keyof CliOptions, flag: string, why: string][] = [
  ['chunkSize', '--chunk-size', 'chunks of an array have a shape: use --chunks'],
  ['blockSize', '--block-size', 'blocks of an array have a shape: use --blocks'],
]
const BLOSC2_ONLY: readonly [keyof CliOptions, flag: string, why: string][] = [
  ['filters', '--filters', 'a .blp archive has one filter: use --shuffle, or name a .b2frame or .b2nd'],
  ['splitMode', '--split-mode', 'it is for Blosc2: name a .b2frame or .b2nd'],
  ['dict', '--dict', 'it is for Blosc2: name a .b2frame or .b2nd'],
  ['sparse', '--sparse', 'it is for Blosc2: name a .b2frame or .b2nd'],
]

function refuse(o: CliOptions, list: typeof ARRAY_ONLY): void {
  // The parser says true for --no-… that was not given.
  const isGiven = (key: keyof CliOptions): boolean => o[key] !== undefined && (key !== 'offsets' || !o[key])
  for (const [key, flag, why] of list) if (isGiven(key)) throw usage(`${flag} cannot be used: ${why}`)
}

/** @throws BlpkError USAGE for options that have no meaning for a Bloscpack archive */
export function checkForBloscpack(o: CliOptions): void {
  refuse(o, [...BLOSC2_ONLY, ...ARRAY_ONLY])
}

/** @throws BlpkError USAGE for options that have no meaning for such a container */
export function checkForBlosc2(container: ContainerName, o: CliOptions): void {
  refuse(o, [...BLOSCPACK_ONLY, ...(container === 'b2nd' ? FRAME_ONLY : ARRAY_ONLY)])
  if (o.filters !== undefined && o.shuffle !== undefined)
    throw usage('--filters and --shuffle exclude each other')
  checksumOption(o)
}

/** The checksum that a frame is to have. @throws BlpkError USAGE for one that frames have not */
export function checksumOption({ checksum }: CliOptions): { checksum?: FrameChecksum } {
  if (checksum === undefined) return {}
  if (checksum === 'None') return { checksum: 'none' }
  if (checksum === 'xxh64') return { checksum }
  throw usage(`the checksum of a Blosc2 frame is xxh64 or none, not ${checksum}`)
}

/** The options of how Blosc2 chunks are compressed, as the engine takes them. @throws BlpkError USAGE */
export function compressionOptions(o: CliOptions): CompressionOptions {
  const codec = o.codec === undefined ? undefined : parseNamedMeta('codec', o.codec)
  const shuffle =
    o.shuffle === undefined
      ? undefined
      : SHUFFLE_FILTERS[o.shuffle === false ? 'none' : o.shuffle].map(({ name }) => name)
  const filters = o.filters ?? shuffle
  return {
    ...(codec !== undefined && { codec: codec.name }),
    ...(codec?.meta !== undefined && { codecMeta: codec.meta & 0xff }),
    ...(o.clevel !== undefined && { level: o.clevel }),
    ...(filters !== undefined && { filters }),
    ...(o.splitMode !== undefined && { splitMode: o.splitMode }),
    ...(o.dict !== undefined && { dictionary: o.dict }),
    ...(o.blockSize !== undefined && { blockSize: o.blockSize }),
    ...(o.force === true && { force: true }),
  }
}

function isLossyName(codec: string): boolean {
  if (/^\d+$/.test(codec)) return isLossyPlugin(Number(codec)) === true
  return knownCodec(codec)?.traits.lossy === true
}

/** What a codec and filters are called, for messages and JSON. */
export function compressionText(o: CompressionOptions): {
  codec: string
  level: number
  filters: string[]
  lossy: boolean
} {
  const filters = (o.filters ?? ['shuffle']).map((option) => {
    if (typeof option !== 'object') return `${option}`
    return option.meta === undefined ? `${option.filter}` : `${option.filter}:${option.meta}`
  })
  const lossy = lossyFilters(o.filters).length > 0 || (o.codec !== undefined && isLossyName(`${o.codec}`))
  return { codec: `${o.codec ?? 'zstd'}`, level: o.level ?? 5, filters, lossy }
}
