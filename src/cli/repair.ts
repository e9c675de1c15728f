import { planRecovery, type RecoveryReport } from '../engine/damage/recover.js'
import { writeRecovered } from '../engine/damage/repair.js'
import { usage } from '../errors.js'
import { about, type Context } from './context.js'
import { isDash } from './dash.js'
import { findingLine } from './findings.js'
import { openArchiveInput } from './inputs.js'
import { openOutput, refuseMixedOutput } from './outputs.js'
import { openProgress } from './progress.js'
import { recoverOptions, recoveryLine, SOMETHING_LOST } from './recover-options.js'
import { print, printJson } from './report.js'
import { standardError } from './stdio.js'

function report(input: string, output: string, result: RecoveryReport, context: Context): void {
  if (context.options.json === true) {
    printJson({ input, output, ...result })
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
  const opened = await openArchiveInput(input, context)
  const view = openProgress(context.options)
  try {
    if (!opened.source.seekable)
      throw usage('a pipe can be read only once: bring the damaged archive into a file')
    const result = await about(input, async () => {
      const recovery = await planRecovery(opened.source, recoverOptions(context, view))
      const request = { context, compressed: true, inputs: [opened], like: opened.like }
      await writeRecovered(recovery, await openOutput(output, request))
      return recovery.report
    })
    view.close()
    report(input, output, result, context)
    return result.ok ? 0 : SOMETHING_LOST
  } finally {
    view.close()
    await opened.source.close()
  }
}
