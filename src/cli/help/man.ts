// The manual in mdoc(7): a page about blpk and one about each command. The build writes it.

import type { ArgumentWords, CommandWords } from '../command-words.js'
import type { Flag } from '../flags/options.js'
import { EXIT_CODE_TEXTS } from './exit-codes.js'
import { wrap } from './layout.js'
import { whatBlpkDoes } from './main-page.js'
import { GROUPS, listed, type OptionWords, optionsOf, optionsToShow } from './words.js'

/** What a page of the manual says on its top and at its end. */
export interface ManSettings {
  /** Of the package. */
  version: string
  /** The day that the pages are from, `YYYY-MM-DD`. */
  date: string
}

/** Longer lines of a source are bad style. */
const LINE_BYTES = 78

/** Words that mean something at the start of a line, or as an argument of a macro, are protected. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replace(/^[.']/gm, '\\&$&').replaceAll('-', '\\-')
}

/** Prose keeps its hyphens, but dashes of options are real. A sentence takes a line, as mdoc asks for. */
function prose(text: string): string {
  const whole = text
    .replaceAll('\\', '\\e')
    .replace(
      /(^|[\s('[=])(-{1,2})(?=\w|$|\s)/g,
      (_, before, dashes) => `${before}${dashes.replaceAll('-', '\\-')}`,
    )
  return whole
    .split(/(?<=[.!?]) (?=[-A-Z0-9@\\])/)
    .flatMap((sentence) => wrap(sentence, LINE_BYTES))
    .join('\n')
    .replace(/^[.']/gm, '\\&$&')
}

/** An argument of a macro: words that macros have as names, and punctuation, are protected. */
function word(text: string): string {
  return text
    .split(' ')
    .map((one) => (/^[A-Z][a-z]$|^[.,:;()[\]?!|]$/.test(one) ? `\\&${one}` : escaped(one)))
    .join(' ')
}

/** A phrase as a sentence. */
function sentence(text: string): string {
  return sentences(`${text.charAt(0).toUpperCase()}${text.slice(1)}`)
}

/** Sentences, of which the first may begin with a name. */
function sentences(text: string): string {
  return prose(/[.!?]$/.test(text) ? text : `${text}.`)
}

function optionTag({ letter, name, value }: OptionWords): string {
  const arg = value === undefined ? '' : ` Ar ${word(value)}`
  const short = letter === undefined ? '' : `Fl ${letter} , `
  return `.It ${short}Fl Fl ${escaped(name)}${arg}`
}

function optionItem(option: OptionWords): string[] {
  const { summary, details, values, default: usual } = option
  const more = [
    ...(details === '' ? [] : [sentences(details)]),
    ...(values.length === 0 ? [] : [sentence(`One of ${listed(values)}`)]),
    ...(usual === '' ? [] : [sentence(`Default: ${usual}`)]),
  ]
  return [optionTag(option), sentence(summary), ...more]
}

function tagged(items: readonly string[]): string[] {
  return items.length === 0 ? [] : ['.Bl -tag -width Ds', ...items, '.El']
}

function optionSections(options: readonly OptionWords[]): string[] {
  return GROUPS.flatMap(([group, title]) => {
    const items = options.filter((option) => option.group === group).flatMap(optionItem)
    return items.length === 0 ? [] : [`.Ss ${title}`, ...tagged(items)]
  })
}

function argumentMacro({ name }: ArgumentWords): string {
  const bare = name.replace(/[<>[\].]/g, '')
  const dots = name.includes('...') ? ' ...' : ''
  return name.startsWith('[') ? `.Op Ar ${bare}${dots}` : `.Ar ${bare}${dots}`
}

function exitSection(): string[] {
  const items = EXIT_CODE_TEXTS.flatMap(([code, meaning]) => [`.It ${code}`, sentence(meaning)])
  return ['.Sh EXIT STATUS', 'Of several files, the largest code counts.', ...tagged(items)]
}

function examples({ examples: lines }: CommandWords): string[] {
  return [
    '.Sh EXAMPLES',
    ...lines
      .flatMap(([line, does]) => [`${sentence(does).replace(/\.$/, ':')}`, '.Pp', `.Dl ${word(line)}`, '.Pp'])
      .slice(0, -1),
  ]
}

function head(title: string, { date }: ManSettings): string[] {
  const [year, month, day] = date.split('-').map(Number)
  const months = [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ]
  return [`.Dd ${months[(month ?? 1) - 1]} ${day}, ${year}`, `.Dt ${title.toUpperCase()} 1`, '.Os']
}

/** How a command is called, without and with its options. */
function synopsis({ name, args, isAboutBlpk }: CommandWords): string[] {
  const options = isAboutBlpk === true ? [] : ['.Op Ar options']
  return ['.Sh SYNOPSIS', '.Nm blpk', `.Cm ${name}`, ...options, ...args.map(argumentMacro)]
}

function argumentItems({ args }: CommandWords): string[] {
  return args.flatMap(({ name, description, details }) => [
    `.It Ar ${name.replace(/[<>[\].]/g, '')}`,
    sentence(description),
    ...(details === undefined ? [] : [sentences(details)]),
  ])
}

function seeAlso(names: readonly string[]): string[] {
  return [
    '.Sh SEE ALSO',
    ...[...names].sort().map((name, i) => `.Xr ${name} 1${i < names.length - 1 ? ' ,' : ''}`),
  ]
}

/** The page of a command, `blpk-compress(1)`. */
function commandPage(
  command: CommandWords,
  commands: readonly CommandWords[],
  table: readonly Flag[],
  settings: ManSettings,
): string {
  const { name, alias, summary, description, details } = command
  const others = commands
    .filter((one) => one.isAboutBlpk !== true && one.name !== name)
    .map((one) => `blpk-${one.name}`)
  const short = alias === undefined ? [] : ['.Pp', 'The short form is', `.Nm blpk Cm ${alias} .`]
  return [
    ...head(`blpk-${name}`, settings),
    '.Sh NAME',
    `.Nm blpk-${name}`,
    `.Nd ${prose(summary)}`,
    ...synopsis(command),
    '.Sh DESCRIPTION',
    sentence(description),
    ...(details === undefined ? [] : [sentences(details)]),
    ...short,
    '.Pp',
    'Arguments are as follows:',
    ...tagged(argumentItems(command)),
    '.Sh OPTIONS',
    ...optionSections(optionsToShow(table, command)),
    ...exitSection(),
    ...examples(command),
    ...seeAlso(['blpk', ...others]),
    '',
  ].join('\n')
}

/** The page about all of it, `blpk(1)`. */
function mainPage(commands: readonly CommandWords[], table: readonly Flag[], settings: ManSettings): string {
  const items = commands.flatMap((command) => [
    `.It Cm ${command.name} ${command.args.map((argument) => argumentMacro(argument).slice(1)).join(' ')}`,
    sentence(command.description),
  ])
  return [
    ...head('blpk', settings),
    '.Sh NAME',
    '.Nm blpk',
    '.Nd pack binary and numeric data, and read parts of them',
    '.Sh SYNOPSIS',
    '.Nm',
    '.Ar command',
    '.Op Ar options',
    '.Op Ar arguments',
    '.Sh DESCRIPTION',
    sentence(whatBlpkDoes()),
    `This is the manual of version ${settings.version}.`,
    '.Sh COMMANDS',
    'Each command has a page of its own.',
    ...tagged(items),
    '.Sh OPTIONS',
    'These options go before or after any command.',
    ...optionSections(optionsOf(table)),
    ...exitSection(),
    '.Sh EXAMPLES',
    ...commands
      .flatMap(({ examples: [first] }) =>
        first === undefined
          ? []
          : [sentence(first[1]).replace(/\.$/, ':'), '.Pp', `.Dl ${word(first[0])}`, '.Pp'],
      )
      .slice(0, -1),
    ...seeAlso(commands.map(({ name }) => `blpk-${name}`)),
    '',
  ].join('\n')
}

/** The pages of the manual by the names of their files. */
export function manual(
  commands: readonly CommandWords[],
  table: readonly Flag[],
  settings: ManSettings,
): Map<string, string> {
  const pages = commands.map((command): [string, string] => [
    `blpk-${command.name}.1`,
    commandPage(command, commands, table, settings),
  ])
  return new Map([['blpk.1', mainPage(commands, table, settings)], ...pages])
}
