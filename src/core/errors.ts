// The errors that the library throws on purpose, and short ways to create them.

import type { Advice } from './advice.js'

/** The machine-readable code of a {@link BlpkError}. */
export type ErrorCode =
  | 'NOT_FOUND'
  | 'EXISTS'
  | 'IO'
  | 'NO_SPACE'
  | 'NO_MEMORY'
  | 'SAME_FILE'
  | 'USAGE'
  | 'DAMAGED'
  | 'CHECKSUM'
  | 'UNSUPPORTED'
  | 'NO_ROOM'
  | 'LOCKED'
  | 'CHANGED'
  | 'UNKNOWN'
  | 'DENIED'
  | 'NETWORK'
  | 'INTERRUPTED'
  | 'CLOSED'
  | 'PIPE_CLOSED'

/** Place of a problem in an archive, as far as it is known. */
export interface ErrorPlace {
  /** Name of the archive or file. */
  path?: string
  /** Index of the chunk, from 0. */
  chunk?: number
  /** Position in the archive, in bytes. */
  offset?: number
}

/**
 * An error that the library throws on purpose: a code for programs, one line for people, and where in the archive it
 * happened. `advice` names the option or function that helps, if one does.
 * @example
 * ```ts
 * import { BlpkError, verify } from 'blpk'
 *
 * try {
 *   await verify('data.blp')
 * } catch (error) {
 *   if (!(error instanceof BlpkError)) throw error
 *   console.error(error.code, error.message, error.place.path) // NOT_FOUND …
 * }
 * ```
 */
export class BlpkError extends Error {
  readonly code: ErrorCode
  readonly place: ErrorPlace
  /** What the caller can do about it, if more than trying again. */
  readonly advice: Advice | undefined

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}, cause?: unknown, advice?: Advice) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'BlpkError'
    this.code = code
    this.place = place
    this.advice = advice
  }
}

/** The same error with another message, or with more of its place. */
export function reworded(error: BlpkError, message: string, place: ErrorPlace = error.place): BlpkError {
  return new BlpkError(error.code, message, place, error, error.advice)
}

/** The archive violates its format or does not match its checksums. */
export function damaged(message: string, place: ErrorPlace = {}, advice?: Advice): BlpkError {
  return new BlpkError('DAMAGED', message, place, undefined, advice)
}

/** The archive may be sound, but needs something that this version does not support. */
export function unsupported(message: string, place: ErrorPlace = {}, advice?: Advice): BlpkError {
  return new BlpkError('UNSUPPORTED', message, place, undefined, advice)
}

/** The object was closed before. @param what such as "the super-chunk" */
export function closedError(what: string): BlpkError {
  return new BlpkError('CLOSED', `${what} is closed`)
}

/** The run was stopped. The reason of the signal is the cause. */
export function interruptedError(signal?: AbortSignal): BlpkError {
  return new BlpkError('INTERRUPTED', 'interrupted', {}, signal?.reason)
}

/** Invalid arguments. */
export function usage(message: string, advice?: Advice): BlpkError {
  return new BlpkError('USAGE', message, {}, undefined, advice)
}

/** The size of the source differs from its size at the start. */
export function changedError(name: string, how: 'longer' | 'shorter'): BlpkError {
  const message =
    `'${name}' is ${how} than at the start, or than it claims; nothing was written: ` +
    'pack it while nothing writes to it, or through a pipe'
  return new BlpkError('IO', message, { path: name })
}

/** Puts the place in front of a message, as in `chunk 17 at byte 18221334: crc32 mismatch`. */
export function located(error: unknown): unknown {
  if (!(error instanceof BlpkError) || error.place.chunk === undefined || /^chunk \d/.test(error.message))
    return error
  const { chunk, offset } = error.place
  const where = offset === undefined ? `chunk ${chunk}` : `chunk ${chunk} at byte ${offset}`
  return reworded(error, `${where}: ${error.message}`)
}

/** The error for a stopped run. The signal's own reason says less than our code. */
export function interrupted(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true && error === signal.reason) return interruptedError(signal)
  return error
}

/** The error of a run over chunks: INTERRUPTED if it was stopped, otherwise with its place. */
export function runError(error: unknown, signal: AbortSignal | undefined): unknown {
  return located(interrupted(error, signal))
}

/** Passes errors about the archive through, as opposed to errors of the machine. @throws all other errors */
export function asDamage(error: unknown): BlpkError {
  if (error instanceof BlpkError && ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED'].includes(error.code)) return error
  throw error
}
