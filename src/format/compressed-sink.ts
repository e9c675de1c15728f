// `CompressedSink`: a container that is being written.

import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { RunOptions } from '../engine/options.js'
import type { PackRun } from '../engine/pack-run.js'
import type { PlainSource } from '../sources/plain.js'

/** Totals of the whole: known at the end, or earlier if the source knows them. */
export interface Totals {
  nchunks: number
  /** Plain bytes of the last chunk. */
  lastChunk: number
}

/** What is decided before the first chunk is packed. */
export interface ChunkPlan {
  /** How chunks are packed: by a job in threads, or by a function in the calling thread. */
  run: Pick<PackRun, 'how' | 'packedBytes' | 'speed'>
  /** Plain bytes of all chunks but the last. */
  chunkSize: number
  /** Plain bytes in total, if the source knows them. */
  size: number | undefined
  /** Whether an empty source gives no chunk. By default it gives one empty chunk. */
  withoutEmptyChunk?: boolean
}

/** A container that is being written. Chunks arrive in order. */
export interface CompressedSink<Options extends RunOptions = RunOptions, Plan extends ChunkPlan = ChunkPlan> {
  /** Decides how to pack a source. @throws BlpkError USAGE for invalid options */
  plan(source: PlainSource, options: Options): MaybePromise<Plan>
  /**
   * Starts the container.
   * @param totals what is known so far: everything if the source has a size or has ended
   */
  begin(plan: Plan, totals: Totals | undefined): MaybePromise<void>
  /** Writes packed chunk `i`. */
  put(i: number, chunk: Uint8Array): MaybePromise<void>
  /**
   * Reserves a place for the chunk in a file, if another thread may write it.
   * @returns where to write it; undefined if it was written here
   */
  place?(i: number, chunk: Uint8Array): MaybePromise<FilePlace | undefined>
  /** Completes the container, flushes it and makes it visible. @returns its size, in bytes */
  finish(totals: Totals): MaybePromise<number>
  /** Discards what was written. */
  abort(): MaybePromise<void>
}
