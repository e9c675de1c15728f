import { randomUUID } from 'node:crypto'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { BlpkError } from '../errors.js'
import { type NetSettings, Retries, TransientError } from '../net/retry.js'
import { s3Code, s3Error, statusOf } from './errors.js'
import type { Condition, S3Object } from './object.js'

/** Where an object says which write it came from: `x-amz-meta-blpk-write`. */
const WRITE_ID = 'blpk-write'

/** A name for one write, by which it is known again. */
export function newWriteId(): string {
  return randomUUID()
}

/** The object's own metadata for a write. */
export function writeMetadata(writeId: string): Record<string, string> {
  return { [WRITE_ID]: writeId }
}

/** What becomes visible at once: a small object whole, or the parts of an upload. */
export type Commit = { body: Uint8Array } | { uploadId: string; parts: readonly CompletedPart[] }

/** How a commit ended: done, or the condition did not hold. */
export type Outcome = 'done' | 'condition failed'

/** A condition that fails, as stores say it: 412, or 409 while somebody else writes. */
function isConditionError(error: unknown): boolean {
  const status = statusOf(error)
  return status === 412 || s3Code(error) === 'PreconditionFailed' || status === 409
}

async function landed(object: S3Object, writeId: string, net: NetSettings): Promise<boolean> {
  const head = await object.head(net)
  return head?.metadata[WRITE_ID] === writeId
}

async function send(object: S3Object, commit: Commit, writeId: string, condition: Condition): Promise<void> {
  if ('body' in commit) await object.put(commit.body, writeMetadata(writeId), condition)
  else await object.complete(commit.uploadId, commit.parts, condition)
}

function unknownOutcome(name: string, error: BlpkError): BlpkError {
  const message = `${error.message}; it is not known whether '${name}' was written: look at it before trying again`
  return new BlpkError(error.code, message, { path: name })
}

/**
 * Commits a write once. A lost answer is followed by a look whether the write is there, by its id, before
 * it is tried again; signals do not stop it, since then nobody would know.
 * @throws BlpkError
 */
export async function commitOnce(
  object: S3Object,
  commit: Commit,
  writeId: string,
  condition: Condition,
): Promise<Outcome> {
  const { signal: _, ...net } = object.settings
  const retries = new Retries(net)
  let isLost = false
  for (;;) {
    try {
      await send(object, commit, writeId, condition)
      return 'done'
    } catch (cause) {
      // The answer to an earlier try may have been lost, and this one refused for that very reason.
      const gone = isConditionError(cause) || s3Code(cause) === 'NoSuchUpload'
      if (isLost && gone && (await landed(object, writeId, net))) return 'done'
      if (isConditionError(cause)) return 'condition failed'
      const error = s3Error(cause, 'write', object.name)
      if (error instanceof TransientError) {
        isLost = true
        const there = await landed(object, writeId, net).catch((lost: BlpkError) => {
          throw unknownOutcome(object.name, lost)
        })
        if (there) return 'done'
      }
      await retries.after(error)
    }
  }
}
