// Runs jobs over an arena in the current thread.

import type { FilePlace } from '../bytes/file-place.js'
import { attempt } from '../core/io-errors.js'
import { writeFully } from '../disk/fully.js'
import { type Arena, Workspace } from '../kernels/workspace.js'
import { bytesOf, type Call, type JobCall, type JobModule, type Jobs } from './job.js'

function writeTo({ fd, position, name }: FilePlace, bytes: Uint8Array): number {
  attempt('write', name, () => writeFully(fd, bytes, position))
  return bytes.length
}

export class JobRunner {
  readonly #arena: Arena
  readonly #load: (url: string) => Promise<JobModule>
  readonly #jobs = new Map<string, Jobs>()
  #ws: Workspace | undefined

  /** @param load returns the module of a URL */
  constructor(arena: Arena, load: (url: string) => Promise<JobModule>) {
    this.#arena = arena
    this.#load = load
  }

  /** Loads a module if necessary. */
  async open(url: string): Promise<Jobs> {
    const there = this.#jobs.get(url)
    if (there !== undefined) return there
    this.#ws ??= new Workspace(this.#arena)
    const jobs = (await this.#load(url)).open(this.#ws)
    this.#jobs.set(url, jobs)
    return jobs
  }

  /**
   * @returns the result of the job; for a write, the number of bytes
   * @throws BlpkError with the code of the failure
   */
  async run(call: Call): Promise<number> {
    if ('to' in call) return writeTo(call.to, bytesOf(this.#arena, call.bytes))
    const job = await this.#jobOf(call)
    return job(call.params, ...call.areas.map((area) => bytesOf(this.#arena, area)))
  }

  async #jobOf({ url, name }: JobCall): Promise<Jobs[string]> {
    const job = (await this.open(url))[name]
    if (job === undefined) throw new Error(`${url} has no job '${name}'`)
    return job
  }
}
