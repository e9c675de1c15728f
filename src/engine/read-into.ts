// Runs tasks that produce plain bytes, and writes these to a sink in order.

import type { PlainSink } from '../sinks/plain.js'
import type { Jobs } from './job.js'
import { type ReadRun, type ReadTask, readTasks } from './read-run.js'
import type { Slot } from './slot.js'

/**
 * Runs all tasks and writes their results. If the sink is a file, threads write to it directly.
 * @param onTask called with each task in order, as soon as it is written
 */
export async function readInto<
  J extends Jobs,
  K extends keyof J & string,
  P extends ReadTask<Parameters<J[K]>[0]>,
>(run: ReadRun<J, K, P>, sink: PlainSink, onTask: (task: P) => void): Promise<void> {
  const next = async (slot: Slot): Promise<P | undefined> => {
    const task = await run.next(slot)
    if (task === undefined) return undefined
    const reaches = run.threads.reaches(task.out, task.packed ?? task.out)
    return { ...task, to: reaches ? await sink.reserve?.(task.out.length) : undefined }
  }
  await readTasks({ ...run, next }, async (task) => {
    if (task.to === undefined) await sink.write(task.out)
    onTask(task)
  })
}
