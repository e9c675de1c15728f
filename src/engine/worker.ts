// The program of a worker thread: it runs the jobs it receives, in order.

import { parentPort, workerData } from 'node:worker_threads'
import { BlpkError } from '../core/errors.js'
import { Arena, type ArenaHandle } from '../kernels/workspace.js'
import type { Answer, Call, JobCall, JobModule, Message, Request, WorkerStart } from './job.js'
import { JobRunner } from './job-runner.js'
import { loadModule } from './load-module.js'

const port = parentPort
if (port === null) throw new Error('worker.js runs as a worker thread only')
const say = (message: Message): void => port.postMessage(message)
const { arena, modules } = workerData as WorkerStart<ArenaHandle>
const runner = new JobRunner(
  new Arena(arena),
  async (url) => ((await loadModule(url)) as { jobs: JobModule }).jobs,
)
/** Why a preparation failed: nothing later can be done without it. */
let failure: unknown

function toAnswer(error: unknown): Answer {
  const { code, message, place, advice } =
    error instanceof BlpkError
      ? error
      : new BlpkError('IO', `a worker failed: ${(error as Error).message}`, {}, error)
  return { error: { code, message, place, advice } }
}

async function prepare(calls: readonly JobCall[]): Promise<void> {
  try {
    for (const call of calls) await runner.run(call)
  } catch (error) {
    failure ??= error
  }
}

async function answer(call: Call): Promise<void> {
  const result = failure === undefined ? runner.run(call) : Promise.reject(failure)
  say(await result.then((value): Answer => ({ value }), toAnswer))
}

// A load failure is reported by the first job that needs the module.
const loading = modules.map((url) => runner.open(url).catch(() => undefined))
let last: Promise<unknown> = Promise.all(loading).then(() => say({ isReady: true }))
port.on('message', (request: Request) => {
  last = last.then(() => ('prepare' in request ? prepare(request.prepare) : answer(request)))
})
