// Undoes a failed change, and reports how that went.

import { BlpkError } from '../core/errors.js'
import type { Editable } from './editable.js'

/** Restores the state before a failed change. @returns the error, which includes the outcome */
export async function rollBackAfter(file: Editable, error: unknown): Promise<unknown> {
  const { code = 'IO', message, place, advice } = error as Partial<BlpkError> & Error
  try {
    const isUndone = await file.rollBack()
    if (code !== 'IO' && code !== 'NO_SPACE') return error
    const how = isUndone
      ? 'the archive is unchanged'
      : 'the data are in the archive, but may not survive a power failure'
    return new BlpkError(code, `${message} (${how})`, place, error, advice)
  } catch (why) {
    const later = 'the next command that opens it restores it from its journal'
    return new BlpkError(code, `${message}; ${(why as Error).message}: ${later}`, place, error, advice)
  }
}
