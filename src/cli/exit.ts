// How errors of a command are printed, and which exit code it ends with.

import { BlpkError, type ErrorCode } from '../core/errors.js'
import { scarcity } from '../core/io-errors.js'
import { printable } from '../core/printable.js'
import { hintOf } from './hints.js'

/** What the process ends with; `docs` and the help list them. */
export const EXIT_CODES: Record<ErrorCode, number> = {
  PIPE_CLOSED: 0,
  NOT_FOUND: 1,
  EXISTS: 1,
  IO: 1,
  NO_SPACE: 1,
  NO_MEMORY: 1,
  SAME_FILE: 1,
  USAGE: 2,
  DAMAGED: 3,
  CHECKSUM: 3,
  UNSUPPORTED: 4,
  NO_ROOM: 5,
  LOCKED: 6,
  CHANGED: 1,
  UNKNOWN: 1,
  DENIED: 1,
  NETWORK: 1,
  INTERRUPTED: 130,
  CLOSED: 1,
}

/** Of several files the one that counts: the largest code. */
export function worst(codes: readonly number[]): number {
  return Math.max(0, ...codes)
}

/** Errors about the command line or the user, not about a file. */
const WITHOUT_FILE: readonly ErrorCode[] = ['USAGE', 'INTERRUPTED', 'PIPE_CLOSED', 'SAME_FILE']

/** The exit code for anything that was thrown. */
export function exitCodeOf(error: unknown): number {
  const known = error instanceof BlpkError ? error : scarcity(error)
  return known === undefined ? 1 : EXIT_CODES[known.code]
}

/** Makes of a text one line that does nothing to a terminal, whatever an archive has put into it. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' '))
}

/**
 * What to say about an error, on one line, with the file where the message does not name it.
 * @param file what the command was working on
 */
export function describe(thrown: unknown, file?: string): string {
  const error = scarcity(thrown) ?? thrown
  if (!(error instanceof BlpkError)) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return `${oneLine(message)} (this is a bug in blpk: please run it again with --debug and report it)`
  }
  const name = error.place.path ?? file
  const named = name === undefined || WITHOUT_FILE.includes(error.code) || error.message.includes(`'${name}'`)
  const message = error.message + hintOf(error.advice)
  return oneLine(named ? message : `'${name}': ${message}`)
}
