// Conditional requests, in the variants that different stores understand.

import { BlpkError } from '../../core/errors.js'
import { NoConditionsError, otherVersionError } from '../errors.js'
import type { Condition, Head } from '../object-store.js'
import { isMissing, isRefused, s3Error, s3KnowsNoConditions, statusOf } from './errors.js'

/** Looks up an object. */
export type Look = (name: string) => Promise<Head | undefined>

/** A condition in the form of request parameters. */
interface ConditionInput {
  IfNoneMatch?: string
  IfMatch?: string
}

/** An ETag in the form that some stores expect: without its quotes. */
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
 * Sends a read of one version. If the store wrongly reports another version, it is sent again with the ETag
 * without quotes.
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

/** Whether the store refuses a valid condition only because the ETag has quotes. */
async function mindsQuotes(look: Look, error: unknown, name: string, etag: string): Promise<boolean> {
  const status = statusOf(error)
  if ((status !== 412 && status !== 400) || etag === unquoted(etag)) return false
  try {
    return (await look(name))?.version === etag
  } catch {
    // The caller of the write also looks, and reports the problem.
    return false
  }
}

/** Sends a conditional write. @returns false if the store refused it and nothing was written */
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
    // The object or the upload is gone, so the basis of the write no longer exists.
    if (isRefused(error) || (ifMatch !== undefined && isMissing(error))) return false
    throw error
  }
}

/**
 * A store that wrote something returns an ETag. A 200 response without one may not come from a store.
 * @throws BlpkError UNKNOWN
 */
export function checkWritten(etag: string | undefined, name: string): void {
  if (etag !== undefined && etag !== '') return
  const message =
    `the store answered the write of '${name}' without an ETag, so it is unknown whether it was written: ` +
    'check it before you try again'
  throw new BlpkError('UNKNOWN', message, { path: name })
}
