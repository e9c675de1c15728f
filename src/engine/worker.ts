import { parentPort, workerData } from 'node:worker_threads'
import { BlpkError } from '../errors.js'
import { Arena, type ArenaHandle, Workspace } from '../kernels/workspace.js'
import { ChunkWorker, type DecodeParams, type EncodeParams } from './job.js'

/** A piece of the arena: address and size, in bytes. */
export type Area = [address: number, nbytes: number]

export type Task =
  | { kind: 'encode'; params: EncodeParams; plain: Area; packed: Area }
  | { kind: 'decode'; params: DecodeParams; plain: Area; packed: Area }

/** Answers come in the order of the tasks. */
export type Answer = { value: number } | { error: Pick<BlpkError, 'code' | 'message' | 'place'> }

const port = parentPort
if (port === null) throw new Error('worker.js runs as a worker thread only')
const arena = new Arena(workerData as ArenaHandle)
const worker = new ChunkWorker(new Workspace(arena))
let queue: Promise<void> = Promise.resolve()

async function run(task: Task): Promise<number> {
  const plain = arena.view(...task.plain)
  const packed = arena.view(...task.packed)
  if (task.kind === 'encode') return worker.encode(task.params, plain, packed)
  await worker.decode(task.params, packed, plain)
  return plain.length
}

function toAnswer(error: unknown): Answer {
  if (error instanceof BlpkError)
    return { error: { code: error.code, message: error.message, place: error.place } }
  return { error: { code: 'IO', message: `a worker failed: ${(error as Error).message}`, place: {} } }
}

port.on('message', (task: Task) => {
  queue = queue.then(async () => {
    const answer = await run(task).then((value): Answer => ({ value }), toAnswer)
    port.postMessage(answer)
  })
})
