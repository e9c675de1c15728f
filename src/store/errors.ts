// Errors of object stores of any kind.

import { BlpkError, type ErrorCode } from '../core/errors.js'
import { scrubbed } from '../core/redact.js'
import { TransientError } from '../net/retry.js'

/** Codes that a store may give its errors. All others mean a fault of the store. */
const CODES: readonly ErrorCode[] = [
  'NOT_FOUND',
  'EXISTS',
  'NO_SPACE',
  'USAGE',
  'DAMAGED',
  'UNSUPPORTED',
  'LOCKED',
  'CHANGED',
  'UNKNOWN',
  'DENIED',
  'INTERRUPTED',
]

/** The object is another one than that which was read before. */
export function otherVersionError(name: string): BlpkError {
  return new BlpkError('CHANGED', `'${name}' was changed while it was read: start again`, { path: name })
}

export function missingError(name: string, doing: string): BlpkError {
  return new BlpkError('NOT_FOUND', `cannot ${doing} '${name}': there is no such object`, { path: name })
}

/** A store refused a write because it knows no conditions, or none of this kind. */
export class NoConditionsError extends BlpkError {}

/** Does the store say that it knows no conditions? */
export function knowsNoConditions(error: unknown): boolean {
  return error instanceof NoConditionsError || (error as Partial<BlpkError>).code === 'UNSUPPORTED'
}

/** An error of ours for what a store threw that has no errors of its own. */
export function storeError(error: unknown, doing: string, name: string): BlpkError {
  if (error instanceof BlpkError) return error
  const { code, message } = error as { code?: unknown; message?: string }
  const text = `cannot ${doing} '${name}': ${scrubbed(message ?? String(error))}`
  if (code === 'NETWORK') return new TransientError(text, { path: name })
  return new BlpkError(CODES.find((known) => known === code) ?? 'IO', text, { path: name }, error)
}
