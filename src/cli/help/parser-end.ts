// What is shown if a command line asks for help, says nothing, or is wrong.

import type { CommanderError } from 'commander'
import type { BlpkError } from '../../core/errors.js'
import type { CommandWords } from '../command-words.js'
import { flags } from '../flags/index.js'
import type { CommandName } from '../flags/options.js'
import { print } from '../view/print.js'
import { standardError } from '../view/stdio.js'
import { fullMainPage, greeting, shortMainPage } from './main-page.js'
import { mistake } from './mistakes.js'
import { fullPage, shortPage } from './page.js'

/** A script that lost its arguments must not go on as if all were well, and its output must not be a greeting. */
const NOTHING_ASKED = 2

/**
 * Shows help, or finds what is wrong.
 * @param end why parsing ended, and in which command
 * @returns the exit code, or what is wrong and not yet said
 */
export function showHelp(
  { reason, command: name }: { reason: CommanderError; command: CommandName | undefined },
  argv: readonly string[],
  commands: readonly CommandWords[],
): number | BlpkError {
  const [table, command] = [flags(), commands.find((one) => one.name === name)]
  if (reason.code === 'commander.helpDisplayed') {
    const isFull = argv.includes('--help')
    if (command === undefined) print(isFull ? fullMainPage(commands, table) : shortMainPage(commands))
    else print((isFull ? fullPage : shortPage)(command, table))
    return 0
  }
  if (reason.code === 'commander.help') {
    standardError().write(greeting(commands))
    return NOTHING_ASKED
  }
  return mistake(reason, { argv, command, commands, table })
}
