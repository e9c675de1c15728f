// `CompressedSink`: where packed chunks go, a container of any kind that is being written.

import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { RunOptions } from '../engine/options.js'
import type { PackRun } from '../engine/pack-run.js'
import type { PlainSource } from '../sources/plain.js'

/** What is known of the whole when it is finished, or before it is begun where all of it is. */
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
  /** Plain bytes in all, where the source knows them. */
  size: number | undefined
  /** Has an empty source no chunk? By default it has an empty one. */
  withoutEmptyChunk?: boolean
}

/** A container being written. Chunks come in order. */
export interface CompressedSink<Options extends RunOptions = RunOptions, Plan extends ChunkPlan = ChunkPlan> {
  /**
   * Decides how a source is to be packed.
   * @throws BlpkError USAGE for options that make no sense
   */
  plan(source: PlainSource, options: Options): MaybePromise<Plan>
  /**
   * Starts the container.
   * @param totals what is known already: all where the source has a size or has ended
   */
  begin(plan: Plan, totals: Totals | undefined): MaybePromise<void>
  /** Writes chunk `i`, as it was packed. */
  put(i: number, chunk: Uint8Array): MaybePromise<void>
  /**
   * The same where another thread may write it: takes a place for the chunk in a file.
   * @returns where it is to be written; undefined where it was written here
   */
  place?(i: number, chunk: Uint8Array): MaybePromise<FilePlace | undefined>
  /** Completes the container and makes it lasting and visible. @returns its size, in bytes */
  finish(totals: Totals): MaybePromise<number>
  /** Leaves nothing behind. */
  abort(): MaybePromise<void>
}
