// Errors of object stores.

import { BlpkError, type ErrorCode } from '../core/errors.js'
import { scrubbed } from '../core/redact.js'
import { TransientError } from '../net/retry.js'

/** Error codes that a store may use. All others are faults of the store. */
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

/** The object has changed since it was read. */
export function otherVersionError(name: string): BlpkError {
  return new BlpkError('CHANGED', `'${name}' was changed while it was read: start again`, { path: name })
}

export function missingError(name: string, doing: string): BlpkError {
  return new BlpkError('NOT_FOUND', `cannot ${doing} '${name}': no such object`, { path: name })
}

/** A store refused a write because it does not support conditions, or not this kind. */
export class NoConditionsError extends BlpkError {}

/** Whether the error says that the store does not support conditions. */
export function knowsNoConditions(error: unknown): boolean {
  return error instanceof NoConditionsError || (error as Partial<BlpkError>).code === 'UNSUPPORTED'
}

/** Converts an error of a store that has no error conversion itself. */
export function storeError(error: unknown, doing: string, name: string): BlpkError {
  if (error instanceof BlpkError) return error
  const { code, message } = error as { code?: unknown; message?: string }
  const text = `cannot ${doing} '${name}': ${scrubbed(message ?? String(error))}`
  if (code === 'NETWORK') return new TransientError(text, { path: name })
  return new BlpkError(CODES.find((known) => known === code) ?? 'IO', text, { path: name }, error)
}
