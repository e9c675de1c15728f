import type { Codec } from '../../codecs/codec.js'
import type { MaybePromise } from '../../core/maybe-promise.js'

import type { Workspace } from '../../kernels/workspace.js'
import type { BlockHook } from './decode.js'
import type { FilterSlot } from './header.js'

/** What compresses single streams, built in or of a user. */
export interface StreamEncoder {
  /** Number of the stream format in the flags of a chunk. */
  format: number
  /** Number of the codec itself, which C-Blosc2 writes beside it. */
  number: number
  meta: number
  /** C-Blosc2 gives it larger blocks. */
  highRatio: boolean
  /** Splitting helps it at this level, where data are shuffled. */
  likesSplit: (level: number) => boolean
  /** @returns bytes written at `dst`, or 0 where the stream does not get smaller than `capacity` */
  encode(
    ws: Workspace,
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    level: number,
  ): MaybePromise<number>
  /** The same with a dictionary of `dictBytes` bytes right before `src`, where the codec takes one. */
  encodeDict?: Codec['compressDict']
}

/** How a chunk is to be compressed. */
export interface Chunk2Params {
  encoder: StreamEncoder
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
}

/**
 * Numbers of the codecs themselves, which stand here; chunks have those of stream formats, as LZ4 HC has none.
 * The document gives the latter here too, but C-Blosc2 writes these.
 */
export const CODEC_NUMBERS = { blosclz: 0, lz4: 1, lz4hc: 2, zlib: 4, zstd: 5 } as const

/** In the frame's header: the number is in the `udcodec` field. */
export const CODEC_UD = 6

export const SPLIT_MODES = ['always', 'never', 'auto', 'forward-compat'] as const

export type SplitMode = (typeof SPLIT_MODES)[number]
