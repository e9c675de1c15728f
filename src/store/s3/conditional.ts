// Requests with conditions, in the ways that different stores understand them.

import { BlpkError } from '../../core/errors.js'
import { NoConditionsError, otherVersionError } from '../errors.js'
import type { Condition, Head } from '../object-store.js'
import { isMissing, isRefused, s3Error, s3KnowsNoConditions, statusOf } from './errors.js'

/** Looks what is there under a name. */
export type Look = (name: string) => Promise<Head | undefined>

/** A condition as requests say it. */
interface ConditionInput {
  IfNoneMatch?: string
  IfMatch?: string
}

/** An ETag as some stores want it: without the quotes that belong to it. */
export function unquoted(etag: string): string {
  return etag.replaceAll('"', '')
}

function conditionInput({ ifNoneMatch, ifMatch }: Condition): ConditionInput {
  return {
    ...(ifNoneMatch !== undefined && { IfNoneMatch: ifNoneMatch }),
    ...(ifMatch !== undefined && { IfMatch: ifMatch }),
  }
}

/**
 * Sends a read that is to be of one version. If the store takes it for another version though it is not, sends it
 * once more with the ETag as some stores want it.
 * @throws BlpkError CHANGED if it is another version
 */
export async function matching<T>(
  look: Look,
  name: string,
  etag: string,
  send: (etag: string) => Promise<T>,
): Promise<T> {
  try {
    return await send(etag)
  } catch (error) {
    if (statusOf(error) !== 412) throw error
    if ((await look(name))?.version !== etag || etag === unquoted(etag)) throw otherVersionError(name)
    return send(unquoted(etag))
  }
}

/** Does the store refuse a condition that holds, only because the ETag has its quotes? */
async function mindsQuotes(look: Look, error: unknown, name: string, etag: string): Promise<boolean> {
  const status = statusOf(error)
  if ((status !== 412 && status !== 400) || etag === unquoted(etag)) return false
  try {
    return (await look(name))?.version === etag
  } catch {
    // Whoever asked for the write looks too, and says what is wrong.
    return false
  }
}

/** Sends a write with its condition. @returns false if the store refused it, and nothing was written */
export async function committed(
  look: Look,
  name: string,
  condition: Condition,
  send: (input: ConditionInput) => Promise<void>,
): Promise<boolean> {
  try {
    await send(conditionInput(condition))
    return true
  } catch (error) {
    const { ifMatch } = condition
    if (s3KnowsNoConditions(error)) {
      const { code, message, place } = s3Error(error, 'write', name)
      throw new NoConditionsError(code, message, place)
    }
    if (ifMatch !== undefined && (await mindsQuotes(look, error, name, ifMatch)))
      return committed(look, name, { ifMatch: unquoted(ifMatch) }, send)
    // Without the object or the upload, what the write comes from is no more.
    if (isRefused(error) || (ifMatch !== undefined && isMissing(error))) return false
    throw error
  }
}

/**
 * A store that wrote something tells its ETag; what answers 200 without one may be no store at all.
 * @throws BlpkError UNKNOWN
 */
export function checkWritten(etag: string | undefined, name: string): void {
  if (etag !== undefined && etag !== '') return
  const message =
    `the store answered the write of '${name}' without an ETag, so it is not known whether it was written: ` +
    'look at it before trying again'
  throw new BlpkError('UNKNOWN', message, { path: name })
}
