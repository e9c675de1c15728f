// Checks that a response to a read has the requested bytes: stores are not trusted.

import type { Readable } from 'node:stream'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { BlpkError, unsupported } from '../../core/errors.js'
import { scrubbed } from '../../core/redact.js'
import { type ContentRange, parseContentRange } from '../../net/content-range.js'
import type { Answer } from '../object-store.js'

/** `aws-chunked` is an encoding of uploads, which some stores keep by mistake. */
const PLAIN_ENCODING = /^(identity|aws-chunked)?,?$/i

function anotherRange(name: string): BlpkError {
  return new BlpkError('IO', `the store returned a different range of '${name}' than requested`, {
    path: name,
  })
}

/** The range of a response; some stores send a small object whole. @throws BlpkError IO */
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
  // A shorter range is continued where it ends.
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
    throw unsupported(`the store keeps '${name}' encoded (Content-Encoding: ${scrubbed(encoding)})`, {
      path: name,
    })
  const { ETag: version, LastModified } = told
  if (version === undefined || version === '')
    throw new BlpkError('IO', `the store gives no ETag for '${name}'`, { path: name })
  const { start, stop, size } = range
  const traits = { metadata: told.Metadata ?? {}, others: told }
  return { size, version, modified: LastModified?.getTime(), nbytes: stop - start, traits }
}

/** @throws BlpkError IO for other bytes than requested; UNSUPPORTED for encoded ones */
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
    // Nobody will read it, and it would keep its connection busy.
    cancel()
    throw error
  }
}
