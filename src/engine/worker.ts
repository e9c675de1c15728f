import { parentPort, workerData } from 'node:worker_threads'
import { BlpkError, damaged } from '../errors.js'
import { attempt } from '../io-errors.js'
import { Arena, type ArenaHandle, Workspace } from '../kernels/workspace.js'
import { writeFully } from '../sinks/file.js'
import { readFully } from '../sources/file.js'
import type { FilePlace } from '../sources/file-place.js'
import type { Chunk2Worker } from './blosc2/job2.js'
import { ChunkWorker } from './job.js'
import { changedError } from './plan.js'
import type { Answer, Task } from './task.js'

const port = parentPort
if (port === null) throw new Error('worker.js runs as a worker thread only')
const arena = new Arena(workerData as ArenaHandle)
const ws = new Workspace(arena)
const worker = new ChunkWorker(ws)
let worker2: Promise<Chunk2Worker> | undefined
let queue: Promise<void> = Promise.resolve()

function readFrom({ fd, position, name }: FilePlace, into: Uint8Array): number {
  return attempt('read', name, () => readFully(fd, into, position))
}

function writeTo({ fd, position, name }: FilePlace, bytes: Uint8Array): void {
  attempt('write', name, () => writeFully(fd, bytes, position))
}

/** Loaded when it is needed: archives of Bloscpack start sooner without. */
function blosc2(): Promise<Chunk2Worker> {
  worker2 ??= import('./blosc2/job2.js').then(({ Chunk2Worker }) => new Chunk2Worker(ws))
  return worker2
}

async function run(task: Task): Promise<number> {
  if (task.kind === 'write') {
    writeTo(task.to, arena.view(...task.bytes))
    return task.bytes[1]
  }
  const plain = arena.view(...task.plain)
  if (task.kind === 'read2') {
    const from = Array.isArray(task.from) ? arena.view(...task.from) : task.from
    return (await blosc2()).read(task.params, from, plain)
  }
  const packed = arena.view(...task.packed)
  if (task.kind === 'encode2') return (await blosc2()).encode(task.params, plain, packed)
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
