// What there is to complete: commands, their options with values, and what their arguments stand for.

import { extensionsOf, formats } from '../../format/registry.js'
import type { ArgumentWords, CommandWords, Takes } from '../command-words.js'
import type { Flag } from '../flags/options.js'
import { namesOf, type OptionWords, optionsOf } from '../help/words.js'

/** What may stand in the place of an argument. */
export interface ArgumentChoices {
  /** How the help calls it, without brackets. */
  name: string
  takes: Exclude<Takes, 'command'> | 'anything'
  /** May it come several times? */
  repeats: boolean
}

/** A command, by any of its names. */
export interface CommandChoices {
  names: readonly string[]
  summary: string
  options: readonly OptionWords[]
  args: readonly ArgumentChoices[]
}

/** Everything that a shell needs to know. */
export interface Completions {
  /** Extensions of archives, such as `.blp`. */
  extensions: readonly string[]
  /** Options before the command. */
  options: readonly OptionWords[]
  commands: readonly CommandChoices[]
}

function argumentChoices({ name, takes }: ArgumentWords, commands: readonly CommandWords[]): ArgumentChoices {
  return {
    name: name.replace(/[<>[\].]/g, ''),
    takes: takes === 'command' ? commands.map((one) => one.name) : (takes ?? 'anything'),
    repeats: name.includes('...'),
  }
}

/** What shells complete, from the tables of commands and options. */
export function completions(commands: readonly CommandWords[], table: readonly Flag[]): Completions {
  return {
    extensions: [...new Set(formats().flatMap((format) => extensionsOf(format)))],
    options: optionsOf(table),
    commands: commands.map((command) => ({
      names: namesOf(command),
      summary: command.summary,
      options: optionsOf(table, command.name),
      args: command.args.map((argument) => argumentChoices(argument, commands)),
    })),
  }
}

/** How an option is typed: `-c` and `--codec`. */
export function spellings({ letter, name }: OptionWords): string[] {
  return letter === undefined ? [`--${name}`] : [`-${letter}`, `--${name}`]
}

/** How those that take a value are typed. */
export function valuedSpellings(options: readonly OptionWords[]): string[] {
  return options.filter(({ value }) => value !== undefined).flatMap(spellings)
}
