// The help of blpk itself: commands, global options and exit codes, and what it says without arguments.

import type { CommandWords } from '../command-words.js'
import { onlyReadText } from '../extensions.js'
import type { CommandName, Flag } from '../flags/options.js'
import { EXIT_CODE_TEXTS } from './exit-codes.js'
import { columnOf, layRows, type Row, wrap } from './layout.js'
import { groupedOptions, helpColumns, section } from './page.js'
import { namesOf, optionsOf } from './words.js'

/** What blpk does, with what plug-ins add. */
export function whatBlpkDoes(): string {
  const read = onlyReadText()
  const more = read === undefined ? '' : ` It also reads ${read}.`
  return `Packs binary and numeric data into Bloscpack archives (.blp), Blosc2 frames and arrays, and HDF5 files, and reads parts of them.${more}`
}

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
export function shortMainPage(commands: readonly CommandWords[], columns = helpColumns()): string {
  return [
    USAGE,
    '',
    ...wrap(whatBlpkDoes(), columns),
    ...section('Commands', layRows(summaryRows(commands), columns)),
    '',
    'Options of a command: blpk <command> -h. Global options and more: blpk --help.',
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
    ...wrap(whatBlpkDoes(), columns),
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
