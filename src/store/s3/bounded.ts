// Limits on responses, which the SDK reads completely and without limits.

import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { TransientError } from '../../net/retry.js'

/**
 * Longest response that is read completely: a page of 1000 keys of 1 KiB, percent-encoded, takes some 3 MB.
 */
const MOST_BYTES = 16 * 2 ** 20
/** Maximum size of an error response. */
const MOST_ERROR_BYTES = 64 * 1024
/** While a store completes an upload it sends blanks; it is given up after this many timeouts. */
const MOST_TIMEOUTS = 20

/** A response as the SDK passes it on. */
interface Answer {
  statusCode: number
  body: unknown
}

/** A response that is longer than any valid one. */
class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
  readonly $metadata: { httpStatusCode: number }

  constructor(httpStatusCode: number) {
    super(`the response of the store has more than ${MOST_BYTES / 2 ** 20} MiB`)
    this.$metadata = { httpStatusCode }
  }
}

/** All bytes of a body; undefined if there are more than `most`. */
async function collect(body: Readable, most: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let nbytes = 0
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    nbytes += piece.length
    if (nbytes > most) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** Reads the body of a response within limits; the SDK itself sets none. */
async function take({ statusCode, body }: Answer, patience: number): Promise<Uint8Array> {
  const stream = body as Readable
  const late = setTimeout(
    () => stream.destroy(new TransientError('the response of the store does not end')),
    patience,
  )
  try {
    const isError = statusCode >= 300
    const bytes = await collect(stream, isError ? MOST_ERROR_BYTES : MOST_BYTES)
    if (bytes === undefined && !isError) throw new AnswerTooLong(statusCode)
    // The status is sufficient.
    return bytes ?? new Uint8Array(0)
  } finally {
    clearTimeout(late)
    stream.destroy()
  }
}

function isStream(body: unknown): body is Readable {
  return typeof (body as Readable | undefined)?.destroy === 'function'
}

/** Makes a client read responses in bounded memory and time. Bodies of objects are left to their readers. */
export function boundAnswers(client: S3Client, timeout: number): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args)
      const answer = result.response as Answer
      const isObject = context.commandName === 'GetObjectCommand' && answer.statusCode < 300
      if (!isObject && isStream(answer.body)) answer.body = await take(answer, MOST_TIMEOUTS * timeout)
      return result
    },
    // Nearest to the connection: all other handlers of bodies come after it.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  )
}
