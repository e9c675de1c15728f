import { usage } from '../../core/errors.js'
import { planFrameRecovery } from '../../format/blosc2/damage/recover.js'
import { writeRecoveredFrame } from '../../format/blosc2/damage/repair.js'
import { planRecovery } from '../../format/bloscpack/damage/recover.js'
import { writeRecovered } from '../../format/bloscpack/damage/repair.js'
import type { RecoveryReport } from '../../format/recovery.js'
import { fallback } from '../../format/registry.js'
import type { Input } from '../../verbs/inputs.js'
import type { ByteSink } from '../../verbs/outputs.js'
import { type ContainerInput, openContainer } from '../containers.js'
import { about, type Context } from '../context.js'
import { isDash, shown } from '../dash.js'
import { recoverOptions, recoveryLine, SOMETHING_LOST } from '../flags/recover-options.js'
import { openOutput, refuseMixedOutput } from '../outputs.js'
import type { ProgressView } from '../progress-view.js'
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

type Open = () => Promise<ByteSink>

async function repairArchive(
  { source }: Input,
  open: Open,
  context: Context,
  view: ProgressView,
): Promise<RecoveryReport> {
  const options = recoverOptions(context, view)
  const recovery = await planRecovery(source, options)
  await writeRecovered(recovery, await open(), options)
  return recovery.report
}

async function repairFrame(
  { source, directory }: ContainerInput,
  open: Open,
  context: Context,
  view: ProgressView,
): Promise<RecoveryReport> {
  const options = recoverOptions(context, view)
  const recovery = await planFrameRecovery(source, { ...options, directory })
  await writeRecoveredFrame(recovery, await open(), options)
  return recovery.report
}

/** `blpk repair <archive> <out>` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [input = '-', output = '-'] = args
  refuseMixedOutput(context, output)
  const opened = await openContainer(input, context)
  const view = openProgress(context.options)
  try {
    if (!opened.source.seekable)
      throw usage('a pipe can be read only once: bring the damaged archive into a file')
    const result = await about(input, async () => {
      const container = opened.traits ?? fallback()
      const request = { context, compressed: true, container, inputs: [opened], like: opened.like }
      const open = (): Promise<ByteSink> => openOutput(output, request)
      return opened.isFrame
        ? repairFrame(opened, open, context, view)
        : repairArchive(opened, open, context, view)
    })
    view.close()
    await report(input, output, result, context)
    return result.ok ? 0 : SOMETHING_LOST
  } finally {
    view.close()
    await opened.source.close()
  }
}
