// Prints results to standard output.

import type { BlpkError } from '../../core/errors.js'
import { ioError } from '../../core/io-errors.js'
import { openResults } from '../../verbs/standard-streams.js'

let sink: ReturnType<typeof openResults> | undefined
let failure: BlpkError | undefined
let writing: Promise<unknown> = Promise.resolve()

function fail(error: unknown): void {
  failure ??= ioError(error, 'write', 'standard output')
}

/** Prints to standard output. All results go through here; {@link printed} says whether they arrived. */
export function print(content: string | Uint8Array): void {
  if (failure !== undefined) return
  try {
    sink ??= openResults()
    const written = sink.write(typeof content === 'string' ? Buffer.from(content) : content)
    if (written !== undefined) writing = Promise.all([writing, written.catch(fail)])
  } catch (error) {
    fail(error)
  }
}

/**
 * Waits until everything that was printed is written.
 * @returns what went wrong first; a reader that has seen enough and closed its pipe is nothing wrong
 */
export async function printed(): Promise<BlpkError | undefined> {
  await writing
  return failure?.code === 'PIPE_CLOSED' ? undefined : failure
}
