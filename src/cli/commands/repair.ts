// `blpk repair`: makes a sound container of what is left of a damaged one.

import { fallback } from '../../format/registry.js'
import { checkRecoverable, type RecoveryReport, repairInto } from '../../verbs/recover.js'
import { openContainer } from '../containers.js'
import { about, type Context } from '../context.js'
import { isDash, shown } from '../dash.js'
import { recoverOptions, recoveryLine, SOMETHING_LOST } from '../flags/recover-options.js'
import { openOutput, refuseMixedOutput } from '../outputs.js'
import { findingLine } from '../view/findings.js'
import { headOfPlace } from '../view/head.js'
import { print } from '../view/print.js'
import { openProgress } from '../view/progress.js'
import { printJson } from '../view/report.js'
import { standardError } from '../view/stdio.js'

async function report(
  input: string,
  output: string,
  result: RecoveryReport,
  context: Context,
): Promise<void> {
  if (context.options.json === true) {
    const head = await headOfPlace(output, context)
    const nbytes = head.nbytes ?? result.nbytes
    printJson({ ...head, input: shown(input), ...result, nbytes }, context.options)
    return
  }
  const lines = result.findings.map((finding) => findingLine(input, finding))
  if (context.options.quiet !== true) lines.push(recoveryLine(output, result))
  const text = lines.map((line) => `${line}\n`).join('')
  // Where the archive goes to standard output, words must not.
  if (isDash(output)) standardError().write(text)
  else print(text)
}

/** `blpk repair <archive> <out>` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [input = '-', output = '-'] = args
  refuseMixedOutput(context, output)
  const opened = await openContainer(input, context)
  const view = openProgress(context.options)
  try {
    checkRecoverable(opened)
    const result = await about(input, () => {
      const container = opened.traits ?? fallback()
      const request = { context, compressed: true, container, inputs: [opened], like: opened.like }
      return repairInto(opened, () => openOutput(output, request), recoverOptions(context, view))
    })
    view.close()
    await report(input, output, result, context)
    return result.ok ? 0 : SOMETHING_LOST
  } finally {
    view.close()
    await opened.source.close()
  }
}
