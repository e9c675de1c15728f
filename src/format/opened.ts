// What the verbs read from: a container that is open.

import type { NdarrayLayout } from '../array/npy/index.js'
import type { Pick1 } from '../array/picks.js'
import type { ByteSource } from '../bytes/byte-source.js'
import type { Advice } from '../core/advice.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSink } from '../sinks/plain.js'
import type { ChunkStream } from './chunk-stream.js'
import type { SpanReader } from './span-reader.js'
import type { ContainerTraits, Format } from './traits.js'

/** Where there is something to open. */
export interface OpenPlace {
  readonly source: ByteSource
  /** The directory, where it is one; `source` is the file in it. */
  readonly directory?: string | undefined
  /** How its name goes on inside, of a container with `namesInside`: what stands behind the `::`. */
  readonly inner?: string | undefined
}

/** How a container is opened. */
export interface OpenOptions extends Pick<RunOptions, 'threads'> {
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
  /** What the items of an array are, in place of what it says itself. */
  dtype?: string
  /** Plain bytes are wanted as they are, whatever they mean. */
  raw?: boolean
  /** Told, a line each, what whoever uses the items should know. */
  onNote?: (text: string, advice?: Advice) => void
}

/** How plain bytes are read. */
export type PieceOptions = Omit<RunOptions, 'onProgress'>

/** A container that is open. Plain bytes are counted from 0; those of an array in chunks of a shape are in C order. */
export interface Opened {
  /** How messages call it. */
  readonly name: string
  readonly container: ContainerTraits
  readonly format: Format
  /** Plain bytes; undefined where only reading all of it tells. */
  readonly nbytes: number | undefined
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** Undefined where only reading all of it tells, or where there is no such thing. */
  readonly nchunks?: number | undefined
  /** Of an array in chunks of a shape: in items, along each axis. */
  readonly chunkShape?: readonly number[] | undefined
  /**
   * The array that it holds, or that metadata describe; where this is missing there is none.
   * @throws BlpkError DAMAGED, UNSUPPORTED
   */
  array?(): NdarrayLayout | undefined
  /** Names of what it keeps besides array and metadata, which only containers of its own kind have a place for. */
  readonly extras?: readonly string[]
  /**
   * What it says of its content besides, as JSON text; undefined if it says nothing. A container that has no place for
   * metadata leaves the property out.
   * @throws BlpkError DAMAGED, UNSUPPORTED
   */
  readonly metadata?: string | undefined
  /**
   * The plain bytes `start` to `stop`, or to the end; only chunks that they lie in are read. Each piece may be used until
   * the next one is asked for.
   * @throws BlpkError USAGE for a range that does not lie within; DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
   */
  pieces(start: number, stop: number | undefined, options: PieceOptions): AsyncIterable<Uint8Array>
  /**
   * Items that keys along each axis name together, of an array in chunks of a shape: only blocks that hold some of them
   * are decompressed. Where this is missing, they are cut out of `pieces`.
   * @throws BlpkError USAGE for keys that make no sense
   */
  regions?(keys: readonly (Pick1 | undefined)[], options: PieceOptions): Region
  /** Reads many spans of plain bytes better than one by one. Where this is missing, `pieces` gives them. */
  readonly spans?: SpanReader
  /** All items of an array in chunks of a shape, in Fortran order. All other containers give them as they lie. */
  fortranPieces?(options: PieceOptions): AsyncIterable<Uint8Array>
  /** All plain bytes, in as many threads as are worth it. Where this is missing, `pieces` gives them. */
  unpack?(sink: PlainSink, options: RunOptions): Promise<{ nbytes: number; nchunks: number }>
  /**
   * The chunk that a plain byte lies in, and up to where the bytes behind it lie in the same one. Where this is missing
   * nobody is told which chunk it was.
   * @param order of the items, in an array in chunks of a shape
   */
  chunkAt?(position: number, order?: 'C' | 'F'): MaybePromise<ChunkSpan>
  /** Its chunks, checked, where other containers may take them as they are. */
  chunks?(): ChunkStream
  /** Ids of the appends that it remembers, where they are not among the metadata. */
  readonly appendIds?: readonly string[]
  /** Closes the place too. */
  close(): MaybePromise<void>
}

/** Plain bytes that lie in one chunk. */
export interface ChunkSpan {
  /** Of the chunk. */
  index: number
  /** In bytes. */
  stop: number
}

/** Items of an array that were asked for. */
interface Region {
  /** Axes with a single index are gone. */
  shape: number[]
  nbytes: number
  /** In C order; each piece may be used until the next one is asked for. */
  pieces(): AsyncIterable<Uint8Array>
  /** Puts them into a buffer of `nbytes` without buffers in between. */
  fill?(out: Uint8Array): Promise<void>
}
