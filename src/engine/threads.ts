// What a run over chunks works with: threads, or the calling thread alone.

import type { FilePlace } from '../bytes/file-place.js'
import type { JobModule, Jobs } from './job.js'
import type { Slot } from './slot.js'

/** Does a job over bytes. @returns what the job returns */
export type RunJob = <J extends Jobs, K extends keyof J & string>(
  module: JobModule<J>,
  name: K,
  params: Parameters<J[K]>[0],
  ...areas: Uint8Array[]
) => Promise<number>

export interface Threads {
  /** Places for the chunks in flight. */
  readonly slots: readonly Slot[]
  /** Does the calling thread do everything? */
  readonly isAlone: boolean
  /** Do other threads work on these bytes? Then they can also read and write them from and to files. */
  reaches(...areas: readonly Uint8Array[]): boolean
  /** Does a job: in one of the threads, or in the calling one if some of the bytes are out of their reach. */
  readonly run: RunJob
  /** Writes bytes to a file, whichever thread has the time. */
  write(to: FilePlace, bytes: Uint8Array): Promise<void>
}
