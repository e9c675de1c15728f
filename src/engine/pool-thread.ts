// The interface of a thread in a pool: a worker, or the calling thread.

import type { Call } from './job.js'

export interface PoolThread {
  /** Can it take one more call now? The least busy thread is asked first. */
  readonly isFree: boolean
  /** Calls under way, each by its weight. */
  readonly busy: number
  /** It could not start, or it has ended; it takes nothing more. */
  readonly isGone: boolean
  /** @param weight how long it takes, where a job takes 1 */
  run(call: Call, weight: number): Promise<number>
}
