// The options of packing, and which containers refuse which of them.

import type { SplitMode } from '../chunk/blosc2/params.js'
import type { Room, RunOptions } from '../engine/options.js'
import type { Shuffle } from '../filters/shuffles.js'

/** A filter by name or number, with its meta byte (0 to 255, or −128 to −1). */
export type FilterOption = string | number | { filter: string | number; meta?: number }

/** The `index`-th of `count` pieces; counts from 1. */
export interface PartOf {
  index: number
  count: number
}

/** The settings that packing chose. */
export interface Plan {
  /** Plain bytes, if known. */
  nbytes: number | undefined
  /** For JSON. */
  facts: Readonly<Record<string, unknown>>
  /** The same as text, line by line. */
  lines: readonly string[]
}

/** How chunks are compressed. */
export interface CodingOptions {
  /** Name of a codec, or number of a registered one. Default: `lz4` for Bloscpack, `zstd` for Blosc2. */
  codec?: string | number
  /** Meta byte of the codec, 0 to 255, or −128 to −1. */
  codecMeta?: number
  /** 0 (store) to 9. Default: 5. */
  level?: number
  /** Short form of `filters` for a single shuffle. Cannot be combined with `filters`. */
  shuffle?: Shuffle
  /** At most six, in the order of compression; delta must come first. Default: byte shuffle. */
  filters?: readonly FilterOption[]
  /** Default: `auto`. */
  splitMode?: SplitMode
  /** Put a dictionary made from samples into each chunk. Helps small blocks; for lz4, lz4hc and zstd. */
  dictionary?: boolean
}

/** How chunks are compressed, and what is stored with them. */
export interface PackOptions extends RunOptions, CodingOptions {
  /** Typesize in bytes, or `auto` to estimate it from a sample. Default: from the source, else `auto`. */
  typesize?: number | 'auto'
  /** Plain bytes of a chunk. */
  chunkSize?: number
  /** Bytes of a block. */
  blockSize?: number
  /** Shape of a chunk, in items. */
  chunks?: readonly number[]
  /** Shape of a block, in items. */
  blocks?: readonly number[]
  /** Name of the checksum; `none` for no checksums. */
  checksum?: string
  /** Store the positions of the chunks. */
  offsets?: boolean
  /** Number of chunks to reserve room for. */
  maxAppChunks?: Room
  /** Metadata as JSON text, in addition to those that describe an array. */
  metadata?: string
  /** Write a directory of files instead of a single file. */
  sparse?: boolean
  /** Apply lossy filters even to items that they would ruin. */
  force?: boolean
  /** Pack only this piece. Pieces are cut so that joining them copies their chunks. */
  part?: PartOf
  /** Called once it is known how chunks are compressed. */
  onPlan?: (plan: Plan) => void
  /** Called with what is left out. */
  onNote?: (message: string) => void
  /** Called with limitations of other readers for such data. */
  onWarning?: (message: string) => void
}
