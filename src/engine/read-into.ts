// Runs tasks that produce plain bytes, and writes these to a sink in order.

import type { PlainSink } from '../sinks/plain.js'
import type { Jobs } from './job.js'
import { type ReadRun, type ReadTask, readTasks } from './read-run.js'
import type { Slot } from './slot.js'
import type { Threads } from './threads.js'

/** Where the bytes of a task go: to a file that threads write to, or to memory that the sink has. */
interface Placed {
  room?: Uint8Array | undefined
}

/** Lets the job fill the memory of the sink where it can. */
function intoRoom<P extends ReadTask<unknown>>(task: P, room: Uint8Array, threads: Threads): P & Placed {
  const isDirect = task.params !== undefined && (threads.isAlone || threads.reaches(room))
  return isDirect ? { ...task, out: room, room } : { ...task, room }
}

async function place<P extends ReadTask<unknown>>(
  task: P,
  sink: PlainSink,
  threads: Threads,
): Promise<P & Placed> {
  const room = sink.room?.(task.out.length)
  if (room !== undefined) return intoRoom(task, room, threads)
  const reaches = threads.reaches(task.out, task.packed ?? task.out)
  return { ...task, to: reaches ? await sink.reserve?.(task.out.length) : undefined }
}

/**
 * Runs all tasks and writes their results. If the sink is a file, threads write to it directly; if it is memory that
 * they share, they decode into it.
 * @param onTask called with each task and its result in order, as soon as it is written
 */
export async function readInto<
  J extends Jobs,
  K extends keyof J & string,
  P extends ReadTask<Parameters<J[K]>[0]>,
>(run: ReadRun<J, K, P>, sink: PlainSink, onTask: (task: P, result: number) => void): Promise<void> {
  const next = async (slot: Slot): Promise<(P & Placed) | undefined> => {
    const task = await run.next(slot)
    return task && place(task, sink, run.threads)
  }
  await readTasks<J, K, P & Placed>({ ...run, next }, async (task, result) => {
    if (task.room === undefined && task.to === undefined) await sink.write(task.out)
    else if (task.room !== undefined && task.room !== task.out) task.room.set(task.out)
    onTask(task, result)
  })
}
