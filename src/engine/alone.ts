// A run without worker threads: the calling thread does one job after another in a borrowed workspace.

import type { FilePlace } from '../bytes/file-place.js'
import { attempt } from '../core/io-errors.js'
import { writeFully } from '../disk/fully.js'
import { borrowWorkspace, returnWorkspace } from '../kernels/borrow.js'
import type { Workspace } from '../kernels/workspace.js'
import type { JobModule, Jobs } from './job.js'
import { Slot } from './slot.js'
import type { RunJob, Threads } from './threads.js'

/** State of a workspace that is kept between runs. */
interface Local {
  slot: Slot
  room: Slot
  jobs: Map<JobModule, Jobs>
}

const locals = new WeakMap<Workspace, Local>()

function localOf(ws: Workspace): Local {
  const there = locals.get(ws)
  if (there !== undefined) return there
  const local = { slot: new Slot(ws.arena), room: new Slot(ws.arena), jobs: new Map<JobModule, Jobs>() }
  locals.set(ws, local)
  return local
}

export class Alone implements Threads {
  readonly isAlone = true
  readonly slots: readonly [Slot]
  readonly #ws = borrowWorkspace()
  readonly #local = localOf(this.#ws)
  #last: Promise<unknown> = Promise.resolve()

  constructor() {
    this.slots = [this.#local.slot]
  }

  /** Scratch of the calling thread. */
  get workspace(): Workspace {
    return this.#ws
  }

  reaches(): boolean {
    return false
  }

  room(nbytes: number): Uint8Array {
    return this.#local.room.plain(nbytes)
  }

  readonly run: RunJob = (module, name, params, ...areas) => {
    const result = this.#last.then(() => this.#open(module)[name]?.(params, ...areas) ?? 0)
    this.#last = result.catch(() => {})
    return result
  }

  #open(module: JobModule): Jobs {
    let jobs = this.#local.jobs.get(module)
    if (jobs === undefined) {
      jobs = module.open(this.#ws)
      this.#local.jobs.set(module, jobs)
    }
    return jobs
  }

  async write({ fd, position, name }: FilePlace, bytes: Uint8Array): Promise<void> {
    attempt('write', name, () => writeFully(fd, bytes, position))
  }

  end(): void {
    returnWorkspace(this.#ws)
  }
}
