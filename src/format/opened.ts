// The interface of an open container, which the verbs read from.

import type { NdarrayLayout } from '../array/npy/index.js'
import type { Pick1 } from '../array/picks.js'
import type { ByteSource } from '../bytes/byte-source.js'
import type { Advice } from '../core/advice.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSink } from '../sinks/plain.js'
import type { ArrayChunkStream } from './array-chunk-stream.js'
import type { ChunkStream } from './chunk-stream.js'
import type { SpanReader } from './span-reader.js'
import type { ContainerTraits, Format } from './traits.js'

/** A place to open a container at. */
export interface OpenPlace {
  readonly source: ByteSource
  /** The directory, if it is one; `source` is the file in it. */
  readonly directory?: string | undefined
  /** The rest of the name, inside a container with `namesInside`: the part after `::`. */
  readonly inner?: string | undefined
}

/** How a container is opened. */
export interface OpenOptions extends Pick<RunOptions, 'threads'> {
  /** Refuse chunks of more plain bytes than this. Default: 2 GiB. */
  maxChunk?: number
  /** Type of the items of an array, instead of the stored one. */
  dtype?: string
  /** Read plain bytes as they are, whatever they mean. */
  raw?: boolean
  /** Called, line by line, with what users of the items should know. */
  onNote?: (text: string, advice?: Advice) => void
}

/** How plain bytes are read. */
export type PieceOptions = Omit<RunOptions, 'onProgress'>

/** An open container. Plain bytes are counted from 0. Arrays with multidimensional chunks are in C order. */
export interface Opened {
  /** The name in messages. */
  readonly name: string
  readonly container: ContainerTraits
  readonly format: Format
  /** Size of the plain bytes; undefined if it is only known after reading everything. */
  readonly nbytes: number | undefined
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** Undefined if it does not exist, or is only known after reading everything. */
  readonly nchunks?: number | undefined
  /** Of an array with multidimensional chunks: items along each axis. */
  readonly chunkShape?: readonly number[] | undefined
  /**
   * The array that the container holds or that metadata describe; missing if there is none.
   * @throws BlpkError DAMAGED, UNSUPPORTED
   */
  array?(): NdarrayLayout | undefined
  /** Names of further contents that only containers of the same kind can hold. */
  readonly extras?: readonly string[]
  /** Their values as JSON text, of those that JSON can express. */
  readonly extraValues?: ReadonlyMap<string, string>
  /**
   * Metadata as JSON text; undefined if there are none. A container without room for metadata omits the
   * property.
   * @throws BlpkError DAMAGED, UNSUPPORTED
   */
  readonly metadata?: string | undefined
  /**
   * Reads the plain bytes from `start` to `stop`, or to the end. Only the chunks that hold them are read. A
   * piece is valid until you ask for the next one.
   * @throws BlpkError USAGE for a range out of bounds; DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
   */
  pieces(start: number, stop: number | undefined, options: PieceOptions): AsyncIterable<Uint8Array>
  /**
   * Fills `out` with the plain bytes from `start` on, without buffers in between. If it is missing, `pieces` is
   * used.
   * @throws BlpkError as `pieces`
   */
  fill?(start: number, out: Uint8Array, options: PieceOptions): Promise<void>
  /**
   * Reads the items that a key for each axis selects, from an array with multidimensional chunks. Only the
   * blocks that hold some of them are decompressed. If it is missing, the items are cut from `pieces`.
   * @throws BlpkError USAGE for invalid keys
   */
  regions?(keys: readonly (Pick1 | undefined)[], options: PieceOptions): Region
  /** Reads many spans of plain bytes, faster than one by one. If it is missing, `pieces` is used. */
  readonly spans?: SpanReader
  /**
   * All items of an array with multidimensional chunks, in Fortran order. Other containers give them in
   * storage order.
   */
  fortranPieces?(options: PieceOptions): AsyncIterable<Uint8Array>
  /**
   * Reads all plain bytes, with as many threads as the amount of work justifies. If it is missing, `pieces`
   * is used.
   */
  unpack?(sink: PlainSink, options: RunOptions): Promise<{ nbytes: number; nchunks: number }>
  /**
   * The chunk that holds a plain byte, and the position up to which the bytes after it are in the same chunk.
   * If it is missing, chunks are not reported.
   * @param order order of the items, in an array with multidimensional chunks
   */
  chunkAt?(position: number, order?: 'C' | 'F'): MaybePromise<ChunkSpan>
  /** Its checked chunks, if other containers may copy them. */
  chunks?(): ChunkStream
  /**
   * Its checked chunks as Blosc2 compresses those of arrays, if other containers may copy them.
   * @returns undefined if they cannot be copied
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
   */
  arrayChunks?(): Promise<ArrayChunkStream | undefined>
  /** Ids of the appends that it remembers, unless they are in the metadata. */
  readonly appendIds?: readonly string[]
  /** Also closes the place. */
  close(): MaybePromise<void>
}

/** Plain bytes of one chunk. */
export interface ChunkSpan {
  /** Of the chunk. */
  index: number
  /** In bytes. */
  stop: number
}

/** The selected items of an array. */
interface Region {
  /** Without the axes that have a single index. */
  shape: number[]
  nbytes: number
  /** In C order. A piece is valid until you ask for the next one. */
  pieces(): AsyncIterable<Uint8Array>
  /** Fills a buffer of `nbytes`, without buffers in between. */
  fill?(out: Uint8Array): Promise<void>
}
