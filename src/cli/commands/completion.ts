// `blpk completion`: prints a script by which a shell completes command lines.

import { unknownName } from '../../core/nearest.js'
import { bashScript } from '../completion/bash.js'
import { fishScript } from '../completion/fish.js'
import { type Completions, completions } from '../completion/model.js'
import { powershellScript } from '../completion/powershell.js'
import { zshScript } from '../completion/zsh.js'
import type { Context } from '../context.js'
import { flags } from '../flags/index.js'
import { print } from '../view/print.js'

const SCRIPTS: Record<string, (model: Completions) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
}

/** `blpk completion <shell>` */
export async function run([shell = '']: readonly string[], context: Context): Promise<number> {
  const script = SCRIPTS[shell.toLowerCase()]
  if (script === undefined) throw unknownName('shell', shell, Object.keys(SCRIPTS))
  print(script(completions(context.commands(), flags())))
  return 0
}
