// The options of a command in words, grouped, as help, manual and completion show them.

import type { CommandWords } from '../command-words.js'
import type { CommandName, Flag, FlagGroup, Wording } from '../flags/options.js'

/** Groups in the order of the help. */
export const GROUPS: readonly (readonly [group: FlagGroup, title: string])[] = [
  ['input', 'Input'],
  ['compression', 'Compression'],
  ['blosc2', 'Blosc2'],
  ['output', 'Output'],
  ['safety', 'Safety'],
  ['network', 'S3 and network'],
  ['general', 'General'],
]

/** An option of one command. */
export interface OptionWords {
  letter?: string
  /** Without dashes. */
  name: string
  /** Name of its value, if it takes one. */
  value?: string
  group: FlagGroup
  isCommon: boolean
  /** Has every command this option? */
  isGlobal: boolean
  summary: string
  details: string
  default: string
  values: readonly string[]
  /** What shells complete. */
  offers: readonly string[]
  takesFile: boolean
  repeats: boolean
}

/** Options that the parser itself adds. */
const OWN: readonly Flag[] = [
  {
    letter: 'h',
    name: 'help',
    group: 'general',
    common: 'all',
    summary: 'show help: -h in short, --help in full',
    commands: 'all',
  },
  { name: 'version', group: 'general', summary: 'print the version', commands: 'all' },
]

function wordsFor(wording: Wording | undefined, command: CommandName | undefined): string {
  if (wording === undefined || typeof wording === 'string') return wording ?? ''
  return (command && wording[command]) ?? ''
}

function includes(list: Flag['common'], command: CommandName | undefined): boolean {
  return list === 'all' || (command !== undefined && list?.includes(command) === true)
}

function optionWords(flag: Flag, command: CommandName | undefined): OptionWords {
  const { letter, name, value, group, takesFile = false, repeats = false, values = [] } = flag
  return {
    ...(letter !== undefined && { letter }),
    name,
    ...(value !== undefined && { value }),
    group,
    isCommon: includes(flag.common, command),
    isGlobal: flag.commands === 'all',
    summary: wordsFor(flag.summary, command),
    details: wordsFor(flag.details, command),
    default: wordsFor(flag.default, command),
    values,
    offers: flag.offers ?? values,
    takesFile,
    repeats,
  }
}

/**
 * The options that may follow a command, global ones too.
 * @param command undefined for what may come before one
 */
export function optionsOf(table: readonly Flag[], command?: CommandName): OptionWords[] {
  return [...table, ...OWN]
    .filter((flag) => includes(flag.commands, command))
    .map((flag) => optionWords(flag, command))
}

/** The same for a command in words: those about blpk itself have only what helps them. */
export function optionsToShow(table: readonly Flag[], command: CommandWords): OptionWords[] {
  const all = optionsOf(table, command.name)
  return command.isAboutBlpk === true ? all.filter(({ name }) => ['help', 'plugin'].includes(name)) : all
}

/** How an option is written: `-c, --codec <codec>`. */
export function optionTerm({ letter, name, value }: OptionWords): string {
  return `${letter === undefined ? '' : `-${letter}, `}--${name}${value === undefined ? '' : ` <${value}>`}`
}

/** `a, b or c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

/** Names and alias of a command: `compress, c`. */
export function namesOf({ name, alias }: CommandWords): string[] {
  return alias === undefined ? [name] : [name, alias]
}

/** How a command is called: `blpk compress [options] <in> [out]`. */
export function usageOf(command: CommandWords): string {
  const options = command.isAboutBlpk === true ? [] : ['[options]']
  return ['blpk', command.name, ...options, ...command.args.map(({ name }) => name)].join(' ')
}
