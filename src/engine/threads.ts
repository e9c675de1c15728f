// What a run over chunks works with: threads, or only the calling thread.

import type { FilePlace } from '../bytes/file-place.js'
import type { JobModule, Jobs } from './job.js'
import type { Slot } from './slot.js'

/** Does a job over bytes. @returns the result of the job */
export type RunJob = <J extends Jobs, K extends keyof J & string>(
  module: JobModule<J>,
  name: K,
  params: Parameters<J[K]>[0],
  ...areas: Uint8Array[]
) => Promise<number>

export interface Threads {
  /** Places for the chunks in flight. */
  readonly slots: readonly Slot[]
  /** Whether the calling thread does everything. */
  readonly isAlone: boolean
  /** Whether other threads can access these bytes. They can then also read and write files for them. */
  reaches(...areas: readonly Uint8Array[]): boolean
  /** Memory that all threads reach, besides the slots. There is one such area, until the next call. */
  room(nbytes: number): Uint8Array
  /**
   * Does a job in one of the threads, or in the calling one if the others cannot access some of the bytes.
   */
  readonly run: RunJob
  /** Writes bytes to a file, in any free thread. */
  write(to: FilePlace, bytes: Uint8Array): Promise<void>
}
