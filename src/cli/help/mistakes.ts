// Says what is wrong with a command line, and which command, option or value is nearest to what was meant.

import type { CommanderError } from 'commander'
import { type BlpkError, usage } from '../../core/errors.js'
import { nearest } from '../../core/nearest.js'
import type { CommandWords } from '../command-words.js'
import type { CommandName, Flag } from '../flags/options.js'
import { namesOf, type OptionWords, optionsOf, usageOf } from './words.js'

/** The command line, and what it could have been. */
export interface Attempt {
  argv: readonly string[]
  /** The command that was understood, if one was. */
  command: CommandWords | undefined
  commands: readonly CommandWords[]
  table: readonly Flag[]
}

function helpFor({ command }: Attempt): string {
  return `see ${command === undefined ? 'blpk' : `blpk ${command.name}`} --help`
}

/** The command that a word stands for; undefined if that is anybody's guess. */
function commandMeant(word: string, commands: readonly CommandWords[]): string | undefined {
  const tried = commands.find(({ alsoTried = [] }) => alsoTried.includes(word.toLowerCase()))
  return tried?.name ?? nearest(word, commands.flatMap(namesOf))
}

/** @param word what stands where a command should */
function unknownCommand(word: string, commands: readonly CommandWords[]): BlpkError {
  const meant = commandMeant(word, commands)
  const guess = meant === undefined ? '' : `did you mean ${meant}? `
  return usage(`unknown command '${word}' (${guess}see blpk --help)`)
}

/** Commands that have an option of their own, in words: `compress, append and convert`. */
function ownersOf(isIt: (option: OptionWords) => boolean, { commands, table }: Attempt): string | undefined {
  const owners = commands.filter(({ name }) =>
    optionsOf(table, name).some((one) => !one.isGlobal && isIt(one)),
  )
  const names = owners.map(({ name }) => name)
  if (names.length === 0) return undefined
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function foreignOption(flag: string, attempt: Attempt): BlpkError | undefined {
  const owners = ownersOf(({ letter, name }) => [`-${letter}`, `--${name}`].includes(flag), attempt)
  if (owners === undefined) return undefined
  if (attempt.command === undefined)
    return usage(`'${flag}' is an option of ${owners}: put it after the command`)
  return usage(`'${flag}' is an option of ${owners}, not of ${attempt.command.name} (${helpFor(attempt)})`)
}

/** `--force` for `-force`, which is read as letters. */
function wholeWord(flag: string, argv: readonly string[]): string {
  const isLetters = (word: string): boolean => /^-[^-]{2,}/.test(word) && word.endsWith(flag.slice(1))
  return (flag.startsWith('--') ? undefined : argv.find(isLetters)) ?? flag
}

function optionMeant(flag: string, attempt: Attempt): string | undefined {
  const word = wholeWord(flag, attempt.argv).replace(/^-+/, '')
  const own = optionsOf(attempt.table, attempt.command?.name).map(({ name }) => name)
  const found = nearest(word, [...own, ...attempt.table.map(({ name }) => name)])
  if (found === undefined || own.includes(found)) return found && `--${found}`
  return `--${found} of ${ownersOf(({ name }) => name === found, attempt)}`
}

function unknownOption(text: string, attempt: Attempt): BlpkError {
  const [flag = text, value] = text.startsWith('--') ? text.split(/=(.*)/s) : [text]
  const own = optionsOf(attempt.table, attempt.command?.name)
  if (value !== undefined && own.some(({ name }) => `--${name}` === flag))
    return usage(`${flag} takes no value (${helpFor(attempt)})`)
  const foreign = foreignOption(flag, attempt)
  if (foreign !== undefined) return foreign
  const meant = optionMeant(flag, attempt)
  const guess = meant === undefined ? '' : `did you mean ${meant}? `
  return usage(`unknown option '${flag}' (${guess}${helpFor(attempt)})`)
}

function missingValue(flags: string, attempt: Attempt): BlpkError {
  const [, name = flags, value = ''] = /(--[^ ]+) (<.*>)$/.exec(flags) ?? []
  return usage(`${name} needs a value: ${name} ${value} (${helpFor(attempt)})`)
}

function callOf({ command }: Attempt): string {
  return command === undefined ? 'see blpk --help' : `usage: ${usageOf(command)}`
}

/** What is wrong, from what the parser says of it. */
export function mistake({ code, message }: CommanderError, attempt: Attempt): BlpkError {
  const text = message.replace(/^error: /, '').replace(/\.$/, '')
  const quoted = /'(.*)'/s.exec(text)?.[1] ?? ''
  switch (code) {
    case 'commander.unknownCommand':
      return unknownCommand(quoted, attempt.commands)
    case 'commander.unknownOption':
      return unknownOption(quoted, attempt)
    case 'commander.optionMissingArgument':
      return missingValue(quoted, attempt)
    case 'commander.missingArgument':
      return usage(`missing argument <${quoted}> (${callOf(attempt)})`)
    case 'commander.excessArguments':
      return usage(`too many arguments (${callOf(attempt)})`)
    default:
      return usage(`${text} (${helpFor(attempt)})`)
  }
}

/** @throws BlpkError USAGE if there is no such command */
export function commandNamed(name: string, commands: readonly CommandWords[]): CommandWords {
  const found = commands.find((command) => namesOf(command).includes(name as CommandName))
  if (found === undefined) throw unknownCommand(name, commands)
  return found
}
