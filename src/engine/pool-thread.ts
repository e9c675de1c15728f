// The interface of a thread in a pool: a worker, or the calling thread.

import type { Call } from './job.js'

export interface PoolThread {
  /** Whether it can take another call now. The least busy thread is asked first. */
  readonly isFree: boolean
  /** Total weight of its pending calls. */
  readonly busy: number
  /** It could not start, or it has ended: it takes no more calls. */
  readonly isGone: boolean
  /** @param weight relative duration; a job takes 1 */
  run(call: Call, weight: number): Promise<number>
}
