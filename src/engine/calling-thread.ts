// The calling thread as a member of a pool. The event loop gets a turn before each job.

import type { Arena } from '../kernels/workspace.js'
import type { Call, JobModule } from './job.js'
import { JobRunner } from './job-runner.js'
import type { PoolThread } from './pool-thread.js'

export class CallingThread implements PoolThread {
  readonly #runner: JobRunner
  readonly isGone = false
  busy = 0

  /** @param load returns this thread's instance of the module with a URL */
  constructor(arena: Arena, load: (url: string) => Promise<JobModule>) {
    this.#runner = new JobRunner(arena, load)
  }

  get isFree(): boolean {
    return this.busy === 0
  }

  async run(call: Call): Promise<number> {
    this.busy++
    try {
      await new Promise((resolve) => setImmediate(resolve))
      return await this.#runner.run(call)
    } finally {
      this.busy--
    }
  }
}
