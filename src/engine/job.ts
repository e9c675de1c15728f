// Jobs: the work of a pool's threads. They are in separate modules, so that the engine knows no formats.

import type { FilePlace } from '../bytes/file-place.js'
import type { BlpkError } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Arena, Workspace } from '../kernels/workspace.js'

/** A part of the arena, or of other memory that threads share: address and size, in bytes. */
export type Area = [address: number, nbytes: number, memory?: SharedArrayBuffer]

/** Position of bytes that threads share. */
export function areaOf(arena: Arena, bytes: Uint8Array): Area {
  const { byteOffset, length, buffer } = bytes
  return arena.holds(bytes) ? [byteOffset, length] : [byteOffset, length, buffer as SharedArrayBuffer]
}

/** The bytes of an area, in any of the threads. */
export function bytesOf(arena: Arena, [address, nbytes, memory]: Area): Uint8Array {
  return memory === undefined ? arena.view(address, nbytes) : new Uint8Array(memory, address, nbytes)
}

/**
 * Does one job in the current thread.
 * @param params plain data that can be sent to a worker
 * @param areas memory to read and write, in the arena or shared with the caller
 * @returns one number, such as the size of the output
 */
// biome-ignore lint/suspicious/noExplicitAny: each job has parameters of its own
type JobFunction = (params: any, ...areas: Uint8Array[]) => MaybePromise<number>

/** The jobs of a module, by name. */
export type Jobs = Readonly<Record<string, JobFunction>>

/**
 * A module that exports its jobs as `jobs`. Workers import it by URL. Our modules are named `…-job.ts`, each
 * uniquely, because the bundle puts them all in one folder.
 */
export interface JobModule<J extends Jobs = Jobs> {
  /** `new URL('./x-job.js', import.meta.url).href` */
  readonly url: string
  /** Called once in each thread. @param ws the kernels and scratch of the thread */
  open(ws: Workspace): J
}

/** A call of a job, as sent to a worker. */
export interface JobCall {
  url: string
  name: string
  params: unknown
  areas: readonly Area[]
}

/** Bytes of the arena to write to a file. */
interface WriteCall {
  bytes: Area
  to: FilePlace
}

export type Call = JobCall | WriteCall

/** Messages to a worker: preparations to run once before all later jobs, and calls to answer. */
export type Request = { prepare: readonly JobCall[] } | Call

/** Answers arrive in the order of the calls. */
export type Answer = { value: number } | { error: Pick<BlpkError, 'code' | 'message' | 'place' | 'advice'> }

/** Messages from a worker: one when everything is loaded, then its answers. */
export type Message = { isReady: true } | Answer

/** Initial data of a worker: the arena, and the modules that it will need. */
export interface WorkerStart<Handle> {
  arena: Handle
  modules: readonly string[]
}
