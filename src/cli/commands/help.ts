// `blpk help`: explains a command, or lists all of them.

import type { Context } from '../context.js'
import { flags } from '../flags/index.js'
import { fullMainPage } from '../help/main-page.js'
import { commandNamed } from '../help/mistakes.js'
import { fullPage } from '../help/page.js'
import { print } from '../view/print.js'

/** `blpk help [<command>]` */
export async function run([name]: readonly string[], context: Context): Promise<number> {
  const [table, commands] = [flags(), context.commands()]
  print(name === undefined ? fullMainPage(commands, table) : fullPage(commandNamed(name, commands), table))
  return 0
}
