// Runs tasks that read chunks of any format, in order: the inner loop of decompressing and checking.

import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { Flow, type InOrder, inOrder } from './in-order.js'
import type { JobModule, Jobs } from './job.js'
import type { Slot } from './slot.js'
import type { Threads } from './threads.js'

/** The work of a job, in a slot. */
export interface ReadTask<Params> {
  /** Undefined if there is nothing to do: `out` is already complete. */
  params: Params | undefined
  /** The output of the job. */
  out: Uint8Array
  /** Its input, if that is in the arena. */
  packed?: Uint8Array | undefined
  /** Position in a file to write `out` to; any free thread does that. */
  to?: FilePlace | undefined
}

/** A sequence of tasks. `Result` is the result of a job, or the substitute for its failure. */
export interface ReadRun<J extends Jobs, K extends keyof J & string, P, Result = number> {
  threads: Threads
  module: JobModule<J>
  job: K
  /** Stops before the next task. */
  signal?: AbortSignal | undefined
  /** Prepares the next task in a slot; undefined at the end. */
  next(slot: Slot): Promise<P | undefined>
  /** The substitute for a failure; without it, the run fails. */
  onError?(error: unknown, task: P): Result
}

function partsOf<J extends Jobs, K extends keyof J & string, P extends ReadTask<Parameters<J[K]>[0]>, Result>(
  run: ReadRun<J, K, P, Result>,
): Omit<InOrder<Slot, P, number | Result>, 'done'> {
  const { threads, module, job } = run
  const work = async ({ params, out, packed, to }: P): Promise<number> => {
    const areas = packed === undefined ? [out] : [out, packed]
    const value = params === undefined ? 0 : await threads.run(module, job, params, ...areas)
    if (to !== undefined) await threads.write(to, out)
    return value
  }
  const { onError } = run
  return {
    slots: threads.slots,
    signal: run.signal,
    next: (slot) => run.next(slot),
    work: (_slot, task) =>
      onError === undefined ? work(task) : work(task).catch((error) => onError(error, task)),
  }
}

/** Runs all tasks; only a few are in flight. @param take called with each result in order */
export async function readTasks<
  J extends Jobs,
  K extends keyof J & string,
  P extends ReadTask<Parameters<J[K]>[0]>,
  Result = number,
>(
  run: ReadRun<J, K, P, Result>,
  take: (task: P, result: number | Result) => MaybePromise<void>,
): Promise<void> {
  await inOrder({
    ...partsOf(run),
    done: async (_slot, task, result) => {
      await take(task, result)
      return undefined
    },
  })
}

/** Yields the tasks one by one. Each is valid until you ask for the next one. */
export async function* eachTask<
  J extends Jobs,
  K extends keyof J & string,
  P extends ReadTask<Parameters<J[K]>[0]>,
>(run: ReadRun<J, K, P>): AsyncGenerator<P> {
  const flow = new Flow(partsOf(run))
  try {
    for (let one = await flow.next(); one !== undefined; one = await flow.next()) {
      yield one.item
      flow.release(one.slot)
    }
  } finally {
    await flow.settle()
  }
}
