// How chunks of Blosc2 are compressed.

import type { Codec } from '../../codecs/codec.js'
import { knownNumber, knownPlugin } from '../../codecs/registry.js'
import type { SChunkTraits } from '../../core/schunk-traits.js'
import type { BlockHook } from './decode.js'
import type { FilterSlot } from './header.js'

/** How a chunk is compressed. */
export interface Blosc2ChunkParams {
  codec: Codec
  /** The codec's meta byte. */
  codecMeta: number
  /** 0 (store) to 9. */
  level: number
  filters: readonly FilterSlot[]
  splitMode: SplitMode
  /** Typesize in bytes; items of more than 255 bytes are packed as bytes. */
  itemBytes: number
  /** Block size in bytes; 0 for C-Blosc2's rule. */
  blocksize: number
  /** Each chunk gets a dictionary made from samples, and its streams refer to it. */
  dictionary?: boolean
  /** Replaces the plain bytes of each block before compression. */
  prefilter?: BlockHook | undefined
  /** The super-chunk that the chunk goes to. */
  schunk: SChunkTraits
  /** Shape of the blocks in items, if the super-chunk holds an array. */
  blockshape?: readonly number[] | undefined
}

/** In the frame header, instead of the codec number, which is then in the `udcodec` field. */
const CODEC_UD = 6

/** How a frame header names a codec. */
export interface CodecNumbers {
  /** Number of the codec, or {@link CODEC_UD} or more. */
  codec: number
  udcodec: number
}

/**
 * The codec numbers in a frame header. Chunks have stream format numbers instead; LZ4 HC has none of its own.
 * The specification gives the latter here too, but C-Blosc2 writes codec numbers.
 */
export function numbersOf({ ids }: Codec): CodecNumbers {
  const { blosc1, blosc2 = 0 } = ids
  return { codec: blosc1 === undefined ? CODEC_UD : blosc2, udcodec: blosc2 }
}

/** The codec number from these fields. */
export function numberOf({ codec, udcodec }: CodecNumbers): { number: number; isPlugin: boolean } {
  return codec >= CODEC_UD ? { number: udcodec, isPlugin: true } : { number: codec, isPlugin: false }
}

/** The codec that a frame's header names; undefined for an unknown one. */
export function namedCodec(numbers: CodecNumbers): Codec | undefined {
  const { number, isPlugin } = numberOf(numbers)
  return isPlugin ? knownPlugin(number) : knownNumber(number)
}

export const SPLIT_MODES = ['always', 'never', 'auto', 'forward-compat'] as const

export type SplitMode = (typeof SPLIT_MODES)[number]
