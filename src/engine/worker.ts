import { parentPort, workerData } from 'node:worker_threads'
import { BlpkError, damaged } from '../errors.js'
import { attempt } from '../io-errors.js'
import { Arena, type ArenaHandle, Workspace } from '../kernels/workspace.js'
import { writeFully } from '../sinks/file.js'
import { readFully } from '../sources/file.js'
import type { FilePlace } from '../sources/file-place.js'
import { ChunkWorker } from './job.js'
import { changedError } from './plan.js'
import type { Answer, Task } from './task.js'

const port = parentPort
if (port === null) throw new Error('worker.js runs as a worker thread only')
const arena = new Arena(workerData as ArenaHandle)
const worker = new ChunkWorker(new Workspace(arena))
let queue: Promise<void> = Promise.resolve()

function readFrom({ fd, position, name }: FilePlace, into: Uint8Array): number {
  return attempt('read', name, () => readFully(fd, into, position))
}

function writeTo({ fd, position, name }: FilePlace, bytes: Uint8Array): void {
  attempt('write', name, () => writeFully(fd, bytes, position))
}

async function run(task: Task): Promise<number> {
  if (task.kind === 'write') {
    writeTo(task.to, arena.view(...task.bytes))
    return task.bytes[1]
  }
  const plain = arena.view(...task.plain)
  const packed = arena.view(...task.packed)
  if (task.kind === 'encode') {
    if (task.from !== undefined && readFrom(task.from, plain) < plain.length)
      throw changedError(task.from.name)
    return worker.encode(task.params, plain, packed)
  }
  if (task.from !== undefined && readFrom(task.from, packed) < packed.length) {
    throw damaged('the archive ends within this chunk', task.params.place)
  }
  await worker.decode(task.params, packed, plain)
  if (task.to !== undefined) writeTo(task.to, plain)
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
