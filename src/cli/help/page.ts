// The help of a command: in short with -h, and in full with --help.

import type { CommandWords } from '../command-words.js'
import type { Flag } from '../flags/options.js'
import { columnOf, layRows, type Row, wrap } from './layout.js'
import { GROUPS, listed, namesOf, type OptionWords, optionsToShow, optionTerm, usageOf } from './words.js'

const EXAMPLES_IN_SHORT = 2
/** Lines are easier to read if they are not much longer. */
const MOST_COLUMNS = 100
const LEAST_COLUMNS = 60
const USUAL_COLUMNS = 80
/** Command lines of examples may be long. */
const LONGEST_EXAMPLE = 50

/** Columns that help may take. */
export function helpColumns(): number {
  return Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, process.stdout.columns ?? USUAL_COLUMNS))
}

function choices(...parts: string[]): string {
  const text = parts.filter((part) => part !== '').join('; ')
  return text === '' ? '' : ` (${text})`
}

/** What an option does, with all that there is to say. */
function optionRow(option: OptionWords): Row {
  const text = option.summary + choices(listed(option.values), defaultText(option))
  return [optionTerm(option), option.details === '' ? text : `${text}. ${option.details}`]
}

function defaultText({ default: usual }: OptionWords): string {
  return usual === '' ? '' : `default: ${usual}`
}

/** The same on one line: its values and its default are shown if there is room. */
function shortText(option: OptionWords, columns: number): string {
  const [values, usual] = [listed(option.values), defaultText(option)]
  const texts = [choices(values, usual), choices(usual), choices(values)].map((more) => option.summary + more)
  return texts.find((text) => text.length <= columns) ?? option.summary
}

/** A part of a page: lines under a title. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

/** Options under the titles of their groups, in lines. */
export function groupedOptions(options: readonly OptionWords[], columns: number): string[] {
  const rows = options.map((option) => ({ group: option.group, row: optionRow(option) }))
  const column = columnOf(rows.map(({ row }) => row))
  return GROUPS.flatMap(([group, title]) => {
    const own = rows.filter((one) => one.group === group).map(({ row }) => row)
    return section(title, layRows(own, columns, column))
  })
}

function argumentRows({ args }: CommandWords): Row[] {
  return args.map(({ name, description, details }) => [
    name,
    details === undefined ? description : `${description}; ${details}`,
  ])
}

function exampleLines({ examples }: CommandWords, columns: number, isShort: boolean): string[] {
  const shown = isShort ? examples.slice(0, EXAMPLES_IN_SHORT) : examples
  return layRows(shown, columns, columnOf(shown, LONGEST_EXAMPLE))
}

/** The help of a command on one screen: what it does, and its common options. */
export function shortPage(command: CommandWords, table: readonly Flag[], columns = helpColumns()): string {
  const options = optionsToShow(table, command)
  const args = command.args.map(({ name, description }): Row => [name, description])
  const common = options.filter(({ isCommon }) => isCommon)
  const column = columnOf([...args, ...common.map((option): Row => [optionTerm(option), ''])])
  const rows = common.map((option): Row => [optionTerm(option), shortText(option, columns - column)])
  const more =
    command.isAboutBlpk === true
      ? []
      : ['', `All options: blpk ${command.name} --help. All commands: blpk -h.`]
  return [
    `Usage: ${usageOf(command)}`,
    '',
    ...wrap(command.description, columns),
    '',
    ...layRows(args, columns, column),
    ...section('Common options', layRows(rows, columns, column)),
    ...section('Examples', exampleLines(command, columns, true)),
    ...more,
    '',
  ].join('\n')
}

/** The help of a command with all its options. */
export function fullPage(command: CommandWords, table: readonly Flag[], columns = helpColumns()): string {
  const { description, details = '', alias } = command
  const text = [description, details].filter((part) => part !== '').join(' ')
  return [
    `Usage: ${usageOf(command)}`,
    ...(alias === undefined ? [] : [`Short: blpk ${namesOf(command).at(-1)}`]),
    '',
    ...wrap(text, columns),
    ...section('Arguments', layRows(argumentRows(command), columns)),
    ...groupedOptions(optionsToShow(table, command), columns),
    ...section('Examples', exampleLines(command, columns, false)),
    '',
  ].join('\n')
}
