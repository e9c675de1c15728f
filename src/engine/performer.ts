import type { FilePlace } from '../bytes/file-place.js'
import { changedError, damaged } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { readFully } from '../disk/fully.js'
import type { Chunk2Worker } from '../format/blosc2/chunks/chunk-job.js'
import { ChunkWorker } from '../format/bloscpack/chunk-job.js'
import { type Arena, Workspace } from '../kernels/workspace.js'
import { writeFully } from '../sinks/file.js'
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
  readonly #ws: Workspace
  readonly #worker: ChunkWorker
  #worker2: Promise<Chunk2Worker> | undefined

  constructor(arena: Arena) {
    this.#arena = arena
    this.#ws = new Workspace(arena)
    this.#worker = new ChunkWorker(this.#ws)
  }

  /** Loaded when it is needed: archives of Bloscpack start sooner without. */
  #blosc2(): Promise<Chunk2Worker> {
    this.#worker2 ??= import('../format/blosc2/chunks/chunk-job.js').then(
      ({ Chunk2Worker }) => new Chunk2Worker(this.#ws),
    )
    return this.#worker2
  }

  /** @returns bytes that came out of it; for `read2`, blocks that were decoded @throws BlpkError with the code of what failed */
  async perform(task: Task): Promise<number> {
    if (task.kind === 'write') {
      writeTo(task.to, this.#arena.view(...task.bytes))
      return task.bytes[1]
    }
    const plain = this.#arena.view(...task.plain)
    if (task.kind === 'read2') {
      const from = Array.isArray(task.from) ? this.#arena.view(...task.from) : task.from
      return (await this.#blosc2()).read(task.params, from, plain)
    }
    if (task.kind === 'prove2') return (await this.#blosc2()).prove(task.params, task.from, plain)
    const packed = this.#arena.view(...task.packed)
    if (task.kind === 'encode2') return (await this.#blosc2()).encode(task.params, plain, packed)
    if (task.kind === 'encode') {
      if (task.from !== undefined && readFrom(task.from, plain) < plain.length)
        throw changedError(task.from.name, 'shorter')
      return this.#worker.encode(task.params, plain, packed)
    }
    if (task.from !== undefined && readFrom(task.from, packed) < packed.length)
      throw damaged('the archive ends within this chunk', task.params.place)
    await this.#worker.decode(task.params, packed, plain)
    return plain.length
  }
}
