// The options of packing for all containers: which ones each takes, and why it refuses the others.

import type { SplitMode } from '../chunk/blosc2/params.js'
import type { Room, RunOptions } from '../engine/options.js'
import type { Shuffle } from '../filters/shuffles.js'

/** A filter by name or number, with its meta byte (0 to 255, or −128 to −1). */
export type FilterOption = string | number | { filter: string | number; meta?: number }

/** The `index`-th of `count` pieces, from 1. */
export interface PartOf {
  index: number
  count: number
}

/** What packing decided to do. */
export interface Plan {
  /** Plain bytes, where they are known. */
  nbytes: number | undefined
  /** For JSON. */
  facts: Readonly<Record<string, unknown>>
  /** The same in words, a line each. */
  lines: readonly string[]
}

/** How chunks are compressed. */
export interface CodingOptions {
  /** Name of a codec, or number of a registered one. Default: `lz4` for Bloscpack, `zstd` for Blosc2. */
  codec?: string | number
  /** Meta byte of the codec, 0 to 255, or −128 to −1. */
  codecMeta?: number
  /** 0 (store) to 9, default 5. */
  level?: number
  /** Short form of `filters`, for one shuffle; not together with it. */
  shuffle?: Shuffle
  /** At most six, in the order of compression, delta only as the first one. Default: byte shuffle. */
  filters?: readonly FilterOption[]
  /** Default: `auto`. */
  splitMode?: SplitMode
  /** A dictionary of samples in each chunk, which helps small blocks: of lz4, lz4hc and zstd. */
  dictionary?: boolean
}

/** How chunks are compressed, and what a container keeps of them. */
export interface PackOptions extends RunOptions, CodingOptions {
  /** Item size, in bytes; from the source, or found out by a sample (`auto`), by default. */
  typesize?: number | 'auto'
  /** Plain bytes of a chunk. */
  chunkSize?: number
  /** Bytes of a block. */
  blockSize?: number
  /** Shape of a chunk, in items. */
  chunks?: readonly number[]
  /** Shape of a block, in items. */
  blocks?: readonly number[]
  /** Name of the checksum; `none` for none. */
  checksum?: string
  /** Keep positions of chunks. */
  offsets?: boolean
  /** Chunks to keep room for. */
  maxAppChunks?: Room
  /** Metadata as JSON text, beside what describes an array. */
  metadata?: string
  /** Files in a directory, in place of one file. */
  sparse?: boolean
  /** Let lossy filters work on items that they ruin. */
  force?: boolean
  /** Pack only this piece, cut so that joining all pieces copies their chunks. */
  part?: PartOf
  /** Called once it is known how chunks are compressed. */
  onPlan?: (plan: Plan) => void
  /** Told of what is left out. */
  onNote?: (message: string) => void
  /** Told of what other readers make of such data. */
  onWarning?: (message: string) => void
}
