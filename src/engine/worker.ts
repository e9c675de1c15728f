import { parentPort, workerData } from 'node:worker_threads'
import { BlpkError } from '../core/errors.js'
import { Arena, type ArenaHandle } from '../kernels/workspace.js'
import { Performer } from './performer.js'
import type { Answer, Message, Task } from './task.js'

const port = parentPort
if (port === null) throw new Error('worker.js runs as a worker thread only')
const say = (message: Message): void => port.postMessage(message)
const performer = new Performer(new Arena(workerData as ArenaHandle))
let queue: Promise<void> = Promise.resolve()

function toAnswer(error: unknown): Answer {
  if (error instanceof BlpkError)
    return { error: { code: error.code, message: error.message, place: error.place, advice: error.advice } }
  return {
    error: {
      code: 'IO',
      message: `a worker failed: ${(error as Error).message}`,
      place: {},
      advice: undefined,
    },
  }
}

port.on('message', (task: Task) => {
  queue = queue.then(async () => {
    const answer = await performer.perform(task).then((value): Answer => ({ value }), toAnswer)
    say(answer)
  })
})
say({ isReady: true })
