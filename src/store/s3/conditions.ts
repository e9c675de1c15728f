import { BlpkError } from '../../core/errors.js'
import { retrying } from '../../net/retry.js'
import { endpointOf } from './client.js'
import { isMissing, isRefused, knowsNoConditions, s3Error } from './errors.js'
import { S3Object } from './object.js'
import { freshTraits } from './traits.js'
import { newWriteId } from './write-ids.js'

/** How a write becomes visible: each way has conditions of its own, and a store may keep only some of them. */
export type CommitKind = 'put' | 'complete'

/** An ETag that no object has. */
const NO_ETAG = '"00000000000000000000000000000000"'
const CONTENT = new TextEncoder().encode('blpk asks whether conditions are kept\n')
const CLEAN_UP = { retries: 2 }

/** Writes an object under a condition that cannot hold. @returns was it refused? */
async function isWriteRefused(scratch: S3Object, kind: CommitKind): Promise<boolean> {
  const condition = { ifMatch: NO_ETAG }
  const traits = freshTraits(newWriteId())
  const uploadId = kind === 'complete' ? await scratch.create(traits, 'md5') : undefined
  try {
    if (uploadId === undefined) await scratch.put(CONTENT, traits, condition)
    else {
      const part = await scratch.uploadPart(uploadId, 1, CONTENT, 'md5')
      await scratch.complete(uploadId, [part], condition)
    }
    return false
  } catch (error) {
    if (isRefused(error) || isMissing(error)) return true
    if (knowsNoConditions(error)) return false
    throw s3Error(error, 'try out conditions on', scratch.name)
  } finally {
    if (uploadId !== undefined) await scratch.abort(uploadId, CLEAN_UP).catch(() => {})
  }
}

/**
 * Tries it out beside the object, under a name that nothing has, so that nothing can get lost. A store that
 * keeps conditions refuses at once, and nothing was ever there. Some let such a write pass where there is no
 * object, and then refuse the next.
 */
async function tryOut({ location, settings }: S3Object, kind: CommitKind): Promise<boolean> {
  // What was begun must be cleaned up, whatever stops the run.
  const { signal: _, ...rest } = settings
  const key = `${location.key}.blpk-probe-${newWriteId()}`
  const scratch = new S3Object({ bucket: location.bucket, key }, rest)
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

function keepsConditions(object: S3Object, kind: CommitKind): Promise<boolean> {
  const { signal: _, ...rest } = object.settings
  const key = [endpointOf(rest) ?? '', object.location.bucket, kind].join(' ')
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
 * Makes sure that the store refuses a write whose condition does not hold; found out once for each bucket.
 * @throws BlpkError LOCKED where it does not; DENIED, NETWORK
 */
export async function checkConditions(kind: CommitKind, object: S3Object): Promise<void> {
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
    `the store does not keep conditions (If-Match), so that of two appends to '${object.name}' at once one ` +
    'would be lost'
  throw new BlpkError('LOCKED', message, place, undefined, { option: 'unsafeNoCas' })
}
