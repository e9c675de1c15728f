/** The machine-readable reason of a {@link BlpkError}. */
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

/** Where in an archive something is wrong, as far as it is known. */
export interface ErrorPlace {
  /** Name of the archive or file. */
  path?: string
  /** Index of the chunk, from 0. */
  chunk?: number
  /** Position in the archive, in bytes. */
  offset?: number
}

/** Every error this library throws on purpose: a code, the place, and one line that tells what to do. */
export class BlpkError extends Error {
  readonly code: ErrorCode
  readonly place: ErrorPlace

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'BlpkError'
    this.code = code
    this.place = place
  }
}

/** The archive contradicts its format or its checksums. */
export function damaged(message: string, place: ErrorPlace = {}): BlpkError {
  return new BlpkError('DAMAGED', message, place)
}

/** The archive may be sound, but asks for something that this program does not do. */
export function unsupported(message: string, place: ErrorPlace = {}): BlpkError {
  return new BlpkError('UNSUPPORTED', message, place)
}

/** It was closed before. @param what such as "the super-chunk" */
export function closedError(what: string): BlpkError {
  return new BlpkError('CLOSED', `${what} is closed`)
}

/** A run was stopped; the reason of the signal is the cause. */
export function interruptedError(signal?: AbortSignal): BlpkError {
  return new BlpkError('INTERRUPTED', 'interrupted', {}, signal?.reason)
}

/** The caller asked for something that makes no sense. */
export function usage(message: string): BlpkError {
  return new BlpkError('USAGE', message)
}
