// The help of blpk itself: its commands, global options and exit codes, and the greeting of a run without arguments.

import type { CommandWords } from '../command-words.js'
import type { CommandName, Flag } from '../flags/options.js'
import { EXIT_CODE_TEXTS } from './exit-codes.js'
import { columnOf, layRows, type Row, wrap } from './layout.js'
import { groupedOptions, helpColumns, optionRow, section } from './page.js'
import { namesOf, optionsOf } from './words.js'

/** What blpk is, in a sentence. */
export const WHAT_BLPK_IS =
  'Packs binary and numeric data into Bloscpack archives (.blp) and Blosc2 frames and arrays, and reads parts of them.'

const USAGE = 'Usage: blpk <command> [options] [arguments]'
const LONGEST_EXAMPLE = 50
const MOST_USED: readonly CommandName[] = ['compress', 'decompress', 'info', 'append', 'verify']

function summaryRows(commands: readonly CommandWords[]): Row[] {
  return commands.map((command) => [namesOf(command).join(', '), command.summary])
}

function callRows(commands: readonly CommandWords[]): Row[] {
  return commands.map(({ name, args, summary }) => [
    [name, ...args.map((arg) => arg.name)].join(' '),
    summary,
  ])
}

/** The commands and where to find more, on one screen. */
export function shortMainPage(
  commands: readonly CommandWords[],
  table: readonly Flag[],
  columns = helpColumns(),
): string {
  const options = optionsOf(table).filter(({ name }) => ['help', 'version'].includes(name))
  const rows = options.map((option) => optionRow(option))
  return [
    USAGE,
    '',
    ...wrap(WHAT_BLPK_IS, columns),
    ...section('Commands', layRows(summaryRows(commands), columns)),
    ...section('Options', layRows(rows, columns)),
    '',
    'Options of a command: blpk <command> -h. Exit codes: blpk --help.',
    '',
  ].join('\n')
}

/** All commands, global options, and exit codes. */
export function fullMainPage(
  commands: readonly CommandWords[],
  table: readonly Flag[],
  columns = helpColumns(),
): string {
  const codes = EXIT_CODE_TEXTS.map(([code, meaning]): Row => [String(code), meaning])
  const note = 'Options of every command, before or after its name:'
  return [
    USAGE,
    '',
    ...wrap(WHAT_BLPK_IS, columns),
    ...section('Commands', layRows(callRows(commands), columns, 36)),
    '',
    note,
    ...groupedOptions(optionsOf(table), columns),
    ...section('Exit codes (of several files, the largest counts)', layRows(codes, columns)),
    '',
    'Manual: man blpk, man blpk-compress, …',
    '',
  ].join('\n')
}

/** What a run without arguments says. */
export function greeting(commands: readonly CommandWords[], columns = helpColumns()): string {
  const known = MOST_USED.flatMap((name) => commands.filter((command) => command.name === name))
  const examples = known.flatMap(({ examples: [first] }) => (first === undefined ? [] : [first]))
  return [
    USAGE,
    '',
    ...layRows(examples, columns, columnOf(examples, LONGEST_EXAMPLE)),
    '',
    'All commands: blpk -h. Options of a command: blpk <command> -h.',
    '',
  ].join('\n')
}
