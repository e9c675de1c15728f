// Detects stores that accept conditional writes but do not enforce them.

import { BlpkError } from '../core/errors.js'
import { retrying } from '../net/retry.js'
import { knowsNoConditions } from './errors.js'
import type { Condition } from './object-store.js'
import { StoredObject } from './stored-object.js'
import { freshTraits, newWriteId } from './write-ids.js'

/** The ways of writing: each has its own conditions, and a store may enforce only some of them. */
export type CommitKind = 'put' | 'complete'

/** A version that no object has, in the form of an ETag. */
const NO_VERSION = '"00000000000000000000000000000000"'
const CONTENT = new TextEncoder().encode('blpk asks whether conditions are kept\n')
const CLEAN_UP = { retries: 2 }

async function isUploadRefused(scratch: StoredObject, condition: Condition): Promise<boolean> {
  const upload = await scratch.begin(freshTraits(newWriteId()), true)
  try {
    await scratch.part(upload, 1, CONTENT)
    return !(await upload.complete(condition))
  } finally {
    await scratch.abort(upload, CLEAN_UP).catch(() => {})
  }
}

/** Writes an object under a condition that cannot hold. @returns whether it was refused */
async function isWriteRefused(scratch: StoredObject, kind: CommitKind): Promise<boolean> {
  const { store, name } = scratch
  const condition = { ifMatch: NO_VERSION }
  try {
    if (kind === 'complete') return await isUploadRefused(scratch, condition)
    return !(await store.put(name, CONTENT, freshTraits(newWriteId()), condition))
  } catch (error) {
    const failure = scratch.failure(error, 'test conditional writes on')
    if (knowsNoConditions(failure)) return false
    throw failure
  }
}

/**
 * Tests conditions beside the object, under an unused name, so that nothing can be lost. A store that
 * enforces conditions refuses immediately, and nothing is written. Some stores accept such a write if there
 * is no object, and refuse the next one.
 */
async function tryOut({ store, name, settings }: StoredObject, kind: CommitKind): Promise<boolean> {
  // The remains must be cleaned up, whatever stops the run.
  const { signal: _, ...rest } = settings
  const scratch = new StoredObject(store, `${name}.blpk-probe-${newWriteId()}`, rest)
  const cleanUp = { ...rest, retries: CLEAN_UP.retries }
  try {
    if (await isWriteRefused(scratch, kind)) return true
    const isSecondRefused = await isWriteRefused(scratch, kind)
    await scratch.remove(cleanUp)
    return isSecondRefused
  } catch (error) {
    await scratch.remove(cleanUp).catch(() => {})
    throw error
  }
}

const known = new Map<string, Promise<boolean>>()

function keepsConditions(object: StoredObject, kind: CommitKind): Promise<boolean> {
  const { store, name, settings } = object
  const { signal: _, ...rest } = settings
  const key = [store.id, store.regionOf?.(name) ?? '', kind].join(' ')
  let answer = known.get(key)
  if (answer === undefined) {
    answer = retrying(rest, () => tryOut(object, kind))
    known.set(key, answer)
    // A failure says nothing about the store.
    answer.catch(() => known.delete(key))
  }
  return answer
}

/**
 * Makes sure that the store refuses a write whose condition does not hold. Tested once for each part of the
 * store.
 * @throws BlpkError LOCKED if it does not; DENIED, NETWORK
 */
export async function checkConditions(kind: CommitKind, object: StoredObject): Promise<void> {
  const place = { path: object.name }
  let isKept: boolean
  try {
    isKept = await keepsConditions(object, kind)
  } catch (error) {
    if (!(error instanceof BlpkError) || error.code !== 'DENIED') throw error
    const message = `${error.message} (allow it to write and delete '${object.name}.blpk-probe-*')`
    throw new BlpkError('DENIED', message, place, error, { option: 'unsafeNoCas' })
  }
  if (isKept) return
  const message =
    `the store ignores conditions (If-Match), so one of two concurrent appends to '${object.name}' ` +
    'would be lost'
  throw new BlpkError('LOCKED', message, place, undefined, { option: 'unsafeNoCas' })
}
