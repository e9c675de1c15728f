// What the threads of a pool do: jobs. They live in modules of their own, so that the engine knows no format.

import type { FilePlace } from '../bytes/file-place.js'
import type { BlpkError } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Workspace } from '../kernels/workspace.js'

/** A part of the arena: address and size, in bytes. */
export type Area = [address: number, nbytes: number]

/** Where bytes of the arena lie in it. */
export function areaOf(bytes: Uint8Array): Area {
  return [bytes.byteOffset, bytes.length]
}

/**
 * Does one job in the thread that it is called in.
 * @param params plain data, which can be sent to a worker
 * @param areas bytes of the arena to read and write
 * @returns one number, such as how many bytes came out
 */
// biome-ignore lint/suspicious/noExplicitAny: each job has parameters of its own
type JobFunction = (params: any, ...areas: Uint8Array[]) => MaybePromise<number>

/** The jobs of a module, by name. */
export type Jobs = Readonly<Record<string, JobFunction>>

/**
 * A module that does jobs. It exports this object as `jobs`; a worker imports the module by its URL. Modules of ours are
 * named `…-job.ts`, each by a name of its own: the bundle puts them all in one folder.
 */
export interface JobModule<J extends Jobs = Jobs> {
  /** `new URL('./x-job.js', import.meta.url).href` */
  readonly url: string
  /** Called once in each thread. @param ws the kernels and scratch of the thread */
  open(ws: Workspace): J
}

/** A call of a job, as it is sent to a worker. */
export interface JobCall {
  url: string
  name: string
  params: unknown
  areas: readonly Area[]
}

/** Bytes of the arena that go to a file as they are. */
interface WriteCall {
  bytes: Area
  to: FilePlace
}

export type Call = JobCall | WriteCall

/** What a worker is sent: jobs that it does once, before all that come later, and calls that it answers. */
export type Request = { prepare: readonly JobCall[] } | Call

/** Answers come in the order of the calls. */
export type Answer = { value: number } | { error: Pick<BlpkError, 'code' | 'message' | 'place' | 'advice'> }

/** What a worker says: once that it has loaded what it needs, then its answers. */
export type Message = { isReady: true } | Answer

/** What a worker starts with: the arena, and modules that it is going to need. */
export interface WorkerStart<Handle> {
  arena: Handle
  modules: readonly string[]
}
