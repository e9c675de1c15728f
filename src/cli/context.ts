// What every command works with: its options, its abort signal, messages, errors and exit codes.

import { BlpkError, reworded } from '../core/errors.js'
import { placeFlags } from '../places/registry.js'
import type { ChangeSettings, PlaceSettings } from '../store/settings.js'
import type { CommandWords } from './command-words.js'
import { isDash, shown } from './dash.js'
import { describe, exitCodeOf, oneLine, worst } from './exit.js'
import type { CliOptions } from './flags/options.js'
import { speaksUnicode } from './view/charset.js'
import { liveLine } from './view/live-line.js'
import { errorIsTerminal, standardError } from './view/stdio.js'

/** What a subcommand works with. */
export interface Context {
  readonly options: CliOptions
  /** Aborted by an interrupt. */
  readonly signal: AbortSignal
  /** Makes the run one that a second interrupt does not end: a file is changed where it stands. */
  protect(): void
  /** All commands, in words. */
  commands(): readonly CommandWords[]
}

/** What the parser calls an option. */
function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** What a place that is not on this machine is told. */
export function placeSettings({ options, signal }: Context): PlaceSettings {
  const { timeout, retries } = options
  const given = new Map<string, unknown>(Object.entries(options))
  const own = placeFlags().map(({ name, setting }) => [setting, given.get(camelCase(name))] as const)
  return {
    signal,
    ...(timeout !== undefined && { timeout: timeout * 1000 }),
    ...(retries !== undefined && { retries }),
    ...Object.fromEntries(own.filter(([, value]) => value !== undefined)),
  }
}

/** The same where something is changed there. */
export function changeSettings(context: Context): ChangeSettings {
  const { unsafeNoCas } = context.options
  return { ...placeSettings(context), ...(unsafeNoCas !== undefined && { unsafeNoCas }) }
}

/** Says a line on standard error. */
export function say(line: string): void {
  liveLine.writeAbove(`blpk: ${oneLine(line)}\n`)
}

/** Says a line with -v or -d. */
export function sayVerbose(options: CliOptions, line: string): void {
  if (options.verbose === true || options.debug === true) say(line)
}

/** Says the result to whoever sits at the terminal; scripts and logs get it with -v, pipes need none. */
export function saySummary(options: CliOptions, output: string, line: string): void {
  const { quiet, json, verbose, debug } = options
  if (quiet === true || json === true || verbose === true || debug === true || isDash(output)) return
  if (!errorIsTerminal()) return
  const [text, arrow] = speaksUnicode() ? [line, '→'] : [line.replaceAll('→', '->'), '->']
  standardError().write(`${oneLine(`${text} ${arrow} ${output}`)}\n`)
}

/**
 * Says what went wrong.
 * @returns the exit code for it
 */
export function sayError(error: unknown, options: CliOptions, file?: string): number {
  const code = exitCodeOf(error)
  if (code !== 0) say(`error: ${describe(error, file)}`)
  if (options.debug === true && error instanceof Error) standardError().write(`${stackOf(error)}\n`)
  return code
}

/** The trace, with a message that may come from a server or an archive on one line. */
function stackOf(error: Error): string {
  const { name, message, stack = '' } = error
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  const own = [`${name}: ${message}`, ...frames].map(oneLine).join('\n')
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own
}

/** Runs work on a file, and names the file in errors that do not. */
export async function about<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof BlpkError) || error.place.path !== undefined) throw error
    throw reworded(error, error.message, { ...error.place, path: file })
  }
}

/** Does the work for each file, goes on after errors, and gives the exit code of the worst. */
export async function forEachFile(
  files: readonly string[],
  context: Context,
  work: (file: string) => Promise<number>,
  failed: (file: string, error: unknown) => void,
): Promise<number> {
  const codes: number[] = []
  for (const file of files) {
    try {
      codes.push(await about(shown(file), () => work(file)))
    } catch (error) {
      if (context.signal.aborted) throw error
      codes.push(sayError(error, context.options, shown(file)))
      failed(shown(file), error)
    }
  }
  return worst(codes)
}
