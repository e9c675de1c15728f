// How chunks of Blosc2 are compressed.

import type { Codec } from '../../codecs/codec.js'
import { knownNumber, knownPlugin } from '../../codecs/registry.js'
import type { SChunkTraits } from '../../core/schunk-traits.js'
import type { BlockHook } from './decode.js'
import type { FilterSlot } from './header.js'

/** How a chunk is to be compressed. */
export interface Blosc2ChunkParams {
  codec: Codec
  /** The codec's meta byte. */
  codecMeta: number
  /** 0 (store) to 9. */
  level: number
  filters: readonly FilterSlot[]
  splitMode: SplitMode
  /** Size of an item, in bytes; more than 255 is packed as bytes. */
  itemBytes: number
  /** Size of a block, in bytes; C-Blosc2's rule where it is 0. */
  blocksize: number
  /** A dictionary of samples goes into each chunk, and its streams refer to it. */
  dictionary?: boolean
  /** Gives what is compressed in place of the plain bytes of each block. */
  prefilter?: BlockHook | undefined
  /** The super-chunk that the chunk goes to. */
  schunk: SChunkTraits
  /** Shape of the blocks in items, if the super-chunk holds an array. */
  blockshape?: readonly number[] | undefined
}

/** In the frame's header, in place of the codec's own number: that is in the `udcodec` field. */
const CODEC_UD = 6

/** How the header of a frame names a codec. */
export interface CodecNumbers {
  /** Number of the codec itself, or {@link CODEC_UD} and more. */
  codec: number
  udcodec: number
}

/**
 * The numbers of a codec that a frame's header says. Chunks have those of stream formats, as LZ4 HC has none.
 * The document gives the latter here too, but C-Blosc2 writes these.
 */
export function numbersOf({ ids }: Codec): CodecNumbers {
  const { blosc1, blosc2 = 0 } = ids
  return { codec: blosc1 === undefined ? CODEC_UD : blosc2, udcodec: blosc2 }
}

/** The number in these fields that says which codec it is. */
export function numberOf({ codec, udcodec }: CodecNumbers): { number: number; isPlugin: boolean } {
  return codec >= CODEC_UD ? { number: udcodec, isPlugin: true } : { number: codec, isPlugin: false }
}

/** The codec that a frame's header names; undefined for one that is not known. */
export function namedCodec(numbers: CodecNumbers): Codec | undefined {
  const { number, isPlugin } = numberOf(numbers)
  return isPlugin ? knownPlugin(number) : knownNumber(number)
}

export const SPLIT_MODES = ['always', 'never', 'auto', 'forward-compat'] as const

export type SplitMode = (typeof SPLIT_MODES)[number]
