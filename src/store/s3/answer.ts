// Checks that an answer to a read has the bytes that were asked for: stores are not trusted.

import type { Readable } from 'node:stream'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { BlpkError, unsupported } from '../../core/errors.js'
import { scrubbed } from '../../core/redact.js'
import { type ContentRange, parseContentRange } from '../../net/content-range.js'
import type { Answer } from '../object-store.js'

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

function checked(
  { Body, ...told }: GetObjectCommandOutput,
  range: ContentRange,
  name: string,
): Omit<Answer, 'body'> {
  const encoding = told.ContentEncoding?.trim() ?? ''
  if (!PLAIN_ENCODING.test(encoding))
    throw unsupported(`the store has '${name}' in another form (Content-Encoding: ${scrubbed(encoding)})`, {
      path: name,
    })
  const { ETag: version, LastModified } = told
  if (version === undefined || version === '')
    throw new BlpkError('IO', `the store gives no ETag for '${name}'`, { path: name })
  const { start, stop, size } = range
  const traits = { metadata: told.Metadata ?? {}, others: told }
  return { size, version, modified: LastModified?.getTime(), nbytes: stop - start, traits }
}

/** @throws BlpkError IO for other bytes than were asked for, UNSUPPORTED for encoded ones */
export function answerOf(
  output: GetObjectCommandOutput,
  asked: readonly [start: number, stop: number],
  name: string,
): Answer {
  const body = output.Body as Readable | undefined
  const cancel = (): void => void body?.destroy()
  try {
    return { ...checked(output, rangeOf(output, asked, name), name), body: body ?? [], cancel }
  } catch (error) {
    // Nobody is going to read it, and it would keep its connection.
    cancel()
    throw error
  }
}
