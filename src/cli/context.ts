import { describe, exitCodeOf } from './exit.js'
import type { CliOptions } from './options.js'

/** What a subcommand works with. */
export interface Context {
  readonly options: CliOptions
  /** Aborted by an interrupt. */
  readonly signal: AbortSignal
}

/** Says a line on standard error. */
export function say(line: string): void {
  process.stderr.write(`blpk: ${line}\n`)
}

/** Says a line with -v or -d. */
export function sayVerbose(options: CliOptions, line: string): void {
  if (options.verbose === true || options.debug === true) say(line)
}

/** Says the result to whoever sits at the terminal; scripts and logs get it with -v. */
export function saySummary(options: CliOptions, line: string): void {
  if (options.quiet !== true && options.json !== true && process.stderr.isTTY) process.stderr.write(`${line}\n`)
}

/**
 * Says what went wrong.
 * @returns the exit code for it
 */
export function sayError(error: unknown, options: CliOptions, file?: string): number {
  const code = exitCodeOf(error)
  if (code !== 0) say(`error: ${describe(error, file)}`)
  if (options.debug === true && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`)
  return code
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own
}
