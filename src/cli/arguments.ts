// Checks arguments, and finds those that mean standard input or output.

import { readFileSync } from 'node:fs'
import { usage } from '../core/errors.js'
import { leadsTo } from '../verbs/standard-streams.js'
import type { CommandSpec } from './commands.js'

const REPLACEMENT = '\ufffd'

/** The arguments as the system holds them, where it says so: Linux. */
function argumentBytes(count: number): Buffer[] | undefined {
  try {
    const bytes = readFileSync('/proc/self/cmdline')
    const all: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(0, at)
      all.push(bytes.subarray(at, end))
      at = end + 1
    }
    return all.slice(all.length - count)
  } catch {
    return undefined
  }
}

/** A byte that is no character, as a shell writes it. */
function escaped(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/**
 * Node turns what is no UTF-8 in an argument into U+FFFD, which would be the name of another file.
 * @throws BlpkError USAGE for such an argument, and not for one that really holds that character
 */
export function checkArguments(argv: readonly string[]): void {
  if (!argv.some((argument) => argument.includes(REPLACEMENT))) return
  const all = argumentBytes(argv.length)
  for (const [i, argument] of argv.entries()) {
    if (!argument.includes(REPLACEMENT)) continue
    const bytes = all?.[i]
    if (bytes === undefined || bytes.toString() !== argument)
      throw usage(
        `the argument '${argument}' may not be UTF-8, which cannot be checked here: use another name`,
      )
    if (!Buffer.from(argument).equals(bytes))
      throw usage(
        `the argument $'${escaped(bytes)}' is not UTF-8: rename the file, or use standard input or output`,
      )
  }
}

/** Does {@link checkArguments} let them pass? */
export function areSound(argv: readonly string[]): boolean {
  try {
    checkArguments(argv)
    return true
  } catch {
    return false
  }
}

/** What stands for standard input or output where an argument leads to it. */
function asDash(argument: string, fd: number): string {
  return leadsTo(argument, fd) ? '-' : argument
}

/** The arguments of a command, with `-` for those that mean standard input or output by another name. */
export function withDashes({ args: specs, name: command }: CommandSpec, args: readonly string[]): string[] {
  // Joining needs files; what is on standard input may be one.
  if (command === 'concat') return [...args]
  return args.map((argument, i) => {
    const name = (specs[i] ?? specs.at(-1))?.name ?? ''
    if (/^[<[]out/.test(name)) return asDash(argument, 1)
    return /^[<[](in|file|archive|new)\b/.test(name) ? asDash(argument, 0) : argument
  })
}
