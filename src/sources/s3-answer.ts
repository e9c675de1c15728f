import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { BlpkError, unsupported } from '../core/errors.js'
import { scrubbed } from '../net/redact.js'
import { changedError } from '../store/s3/errors.js'
import { isStrong } from '../store/s3/object.js'
import { type ContentRange, parseContentRange } from './http-answer.js'

/** What every answer must agree on. */
export interface Pinned {
  /** Of the object, in bytes. */
  size: number
  etag: string
  /** When it was written, in ms. */
  modified: number | undefined
}

/** `aws-chunked` says how an object was once sent to the store; some stores keep that by mistake. */
const PLAIN_ENCODING = /^(identity|aws-chunked)?,?$/i

function anotherRange(name: string): BlpkError {
  return new BlpkError('IO', `the store answers with another range of '${name}' than was asked for`, {
    path: name,
  })
}

/** The stretch that an answer has: some stores send a small object whole. @throws BlpkError IO */
function rangeOf(
  answer: GetObjectCommandOutput,
  [start, stop]: readonly [start: number, stop: number],
  name: string,
): ContentRange {
  const { ContentRange: text, ContentLength: length, $metadata } = answer
  if ($metadata.httpStatusCode === 200 && text === undefined && start === 0 && length !== undefined)
    return { start, stop: length, size: length }
  const range = parseContentRange(text ?? null)
  if ($metadata.httpStatusCode !== 206 || range === undefined) throw anotherRange(name)
  if (range.start !== start || range.stop > stop) throw anotherRange(name)
  // One that is too short is taken up where it stops.
  if (length !== undefined && length > range.stop - start) throw anotherRange(name)
  return range
}

/** Is it another version? A weak ETag alone does not tell. */
function isChanged(first: Pinned, now: Pinned): boolean {
  if (now.size !== first.size || now.etag !== first.etag) return true
  return !isStrong(first.etag) && now.modified !== first.modified
}

/**
 * Looks at the head of an answer to a read of an object: the first, and every later one like it.
 * @param pinned what the first answer told
 * @returns the same of this one, and how many bytes its body has
 * @throws BlpkError CHANGED for another version, IO for other bytes than were asked for, UNSUPPORTED
 */
export function checkS3Answer(
  answer: GetObjectCommandOutput,
  asked: readonly [start: number, stop: number],
  name: string,
  pinned: Pinned | undefined,
): Pinned & { nbytes: number } {
  const encoding = answer.ContentEncoding?.trim() ?? ''
  if (!PLAIN_ENCODING.test(encoding))
    throw unsupported(`the store has '${name}' in another form (Content-Encoding: ${scrubbed(encoding)})`, {
      path: name,
    })
  const { start, stop, size } = rangeOf(answer, asked, name)
  const { ETag: etag, LastModified } = answer
  if (etag === undefined || etag === '')
    throw new BlpkError('IO', `the store gives no ETag for '${name}'`, { path: name })
  const now: Pinned = { size, etag, modified: LastModified?.getTime() }
  if (pinned !== undefined && isChanged(pinned, now)) throw changedError(name)
  return { ...now, nbytes: stop - start }
}
