import { damaged } from '../errors.js'
import { attempt } from '../io-errors.js'
import { type Arena, Workspace } from '../kernels/workspace.js'
import { writeFully } from '../sinks/file.js'
import { readFully } from '../sources/file.js'
import type { FilePlace } from '../sources/file-place.js'
import { ChunkWorker } from './job.js'
import { changedError } from './plan.js'
import type { Task } from './task.js'

function readFrom({ fd, position, name }: FilePlace, into: Uint8Array): number {
  return attempt('read', name, () => readFully(fd, into, position))
}

function writeTo({ fd, position, name }: FilePlace, bytes: Uint8Array): void {
  attempt('write', name, () => writeFully(fd, bytes, position))
}

/** Does tasks over an arena, in the thread that it lives in. */
export class Performer {
  readonly #arena: Arena
  readonly #worker: ChunkWorker

  constructor(arena: Arena) {
    this.#arena = arena
    this.#worker = new ChunkWorker(new Workspace(arena))
  }

  /** @returns bytes that came out of it @throws BlpkError with the code of what failed */
  async perform(task: Task): Promise<number> {
    if (task.kind === 'write') {
      writeTo(task.to, this.#arena.view(...task.bytes))
      return task.bytes[1]
    }
    const plain = this.#arena.view(...task.plain)
    const packed = this.#arena.view(...task.packed)
    if (task.kind === 'encode') {
      if (task.from !== undefined && readFrom(task.from, plain) < plain.length)
        throw changedError(task.from.name)
      return this.#worker.encode(task.params, plain, packed)
    }
    if (task.from !== undefined && readFrom(task.from, packed) < packed.length)
      throw damaged('the archive ends within this chunk', task.params.place)
    await this.#worker.decode(task.params, packed, plain)
    return plain.length
  }
}
