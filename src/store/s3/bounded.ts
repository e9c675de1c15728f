// Bounds on answers of a store, which the SDK takes whole and without one.

import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { TransientError } from '../../net/retry.js'

/** Longest answer that is taken whole: a page of 1000 keys of 1 KiB, percent-encoded, has some 3 MB. */
const MOST_BYTES = 16 * 2 ** 20
/** An error says what it has to say in less. */
const MOST_ERROR_BYTES = 64 * 1024
/** A store that completes an upload sends blanks meanwhile; after so many times the time-out it is given up. */
const MOST_TIMEOUTS = 20

/** An answer as the SDK hands it on. */
interface Answer {
  statusCode: number
  body: unknown
}

/** An answer that is longer than any that makes sense. */
class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
  readonly $metadata: { httpStatusCode: number }

  constructor(httpStatusCode: number) {
    super(`the answer of the store has more than ${MOST_BYTES / 2 ** 20} MiB`)
    this.$metadata = { httpStatusCode }
  }
}

/** All bytes of a body; undefined where there are more than `most`. */
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

/** Takes the body of an answer whole, and no more of it than makes sense: the SDK itself sets no bound. */
async function take({ statusCode, body }: Answer, patience: number): Promise<Uint8Array> {
  const stream = body as Readable
  const late = setTimeout(
    () => stream.destroy(new TransientError('the answer of the store does not come to an end')),
    patience,
  )
  try {
    const isError = statusCode >= 300
    const bytes = await collect(stream, isError ? MOST_ERROR_BYTES : MOST_BYTES)
    if (bytes === undefined && !isError) throw new AnswerTooLong(statusCode)
    // The status alone tells enough.
    return bytes ?? new Uint8Array(0)
  } finally {
    clearTimeout(late)
    stream.destroy()
  }
}

function isStream(body: unknown): body is Readable {
  return typeof (body as Readable | undefined)?.destroy === 'function'
}

/** Makes a client take answers in bounded memory and time; the bytes of objects are left to whoever reads them. */
export function boundAnswers(client: S3Client, timeout: number): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args)
      const answer = result.response as Answer
      const isObject = context.commandName === 'GetObjectCommand' && answer.statusCode < 300
      if (!isObject && isStream(answer.body)) answer.body = await take(answer, MOST_TIMEOUTS * timeout)
      return result
    },
    // Nearest to the connection: everything else that looks at bodies comes behind it.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  )
}
