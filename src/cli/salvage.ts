import { planFrameRecovery } from '../engine/blosc2/damage/recover.js'
import { recoveredFramePrefix, writeSalvagedFrame } from '../engine/blosc2/damage/salvage.js'
import { planRecovery, type RecoveryReport } from '../engine/damage/recover.js'
import { recoveredPrefix, writeSalvaged } from '../engine/damage/salvage.js'
import { usage } from '../errors.js'
import { BytesPlainSink } from '../sinks/plain.js'
import { runOptions } from './codec-flags.js'
import type { ContainerInput } from './containers.js'
import { type Context, say } from './context.js'
import { type Job, nameOutput } from './decompress.js'
import { findingLine } from './findings.js'
import { openOutput } from './outputs.js'
import type { ProgressView } from './progress.js'
import { recoverOptions, recoveryLine } from './recover-options.js'

/** `blpk decompress --salvage`: unpacks what is left of an archive, and says on standard error what is not. */
export async function salvage(
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<RecoveryReport> {
  const { options } = context
  if (!input.source.seekable)
    throw usage('a pipe can be read only once: bring the damaged archive into a file')
  if (input.isFrame) return salvageFrame(job, input, view, context)
  const recovery = await planRecovery(input.source, recoverOptions(context, view))
  const prefix = options.raw === true ? undefined : recoveredPrefix(recovery)
  const npy = prefix !== undefined
  const request = { context, compressed: false, npy, inputs: [input], like: input.like }
  const sink = new BytesPlainSink(await openOutput(nameOutput(job, prefix, context), request), prefix)
  await writeSalvaged(recovery, sink, runOptions(context, view))
  view.close()
  tell(job, recovery.report, context)
  return recovery.report
}

function tell({ input, output }: Job, report: RecoveryReport, { options }: Context): void {
  for (const finding of report.findings) say(findingLine(input, finding))
  if (options.quiet !== true) say(recoveryLine(output, report))
}

async function salvageFrame(
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<RecoveryReport> {
  const { source, directory } = input
  const options = { ...recoverOptions(context, view), directory, readable: true }
  const recovery = await planFrameRecovery(source, options)
  const prefix = context.options.raw === true ? undefined : recoveredFramePrefix(recovery)
  const npy = prefix !== undefined
  const request = { context, compressed: false, npy, inputs: [input], like: input.like }
  const sink = new BytesPlainSink(await openOutput(nameOutput(job, prefix, context), request), prefix)
  await writeSalvagedFrame(recovery, sink, runOptions(context, view))
  view.close()
  tell(job, recovery.report, context)
  return recovery.report
}
