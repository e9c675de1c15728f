// Undoes a change that failed, and says so.

import { BlpkError } from '../core/errors.js'
import type { Editable } from './editable.js'

/** Puts everything back after a change that failed. @returns the error, which says so */
export async function rollBackAfter(file: Editable, error: unknown): Promise<unknown> {
  const { code = 'IO', message, place, advice } = error as Partial<BlpkError> & Error
  try {
    const isUndone = await file.rollBack()
    if (code !== 'IO' && code !== 'NO_SPACE') return error
    const how = isUndone ? 'the archive is as it was' : 'the data are in the archive, but may not be lasting'
    return new BlpkError(code, `${message} (${how})`, place, error, advice)
  } catch (why) {
    const later = 'whoever opens it next puts it back by its journal'
    return new BlpkError(code, `${message}; ${(why as Error).message}: ${later}`, place, error, advice)
  }
}
