import { usage } from '../../core/errors.js'
import { planFrameRecovery } from '../../format/blosc2/damage/recover.js'
import { recoveredFramePrefix, writeSalvagedFrame } from '../../format/blosc2/damage/salvage.js'
import { planRecovery } from '../../format/bloscpack/damage/recover.js'
import { recoveredPrefix, writeSalvaged } from '../../format/bloscpack/damage/salvage.js'
import type { RecoveryReport } from '../../format/recovery.js'
import { BytesPlainSink } from '../../sinks/plain.js'
import type { ContainerInput } from '../containers.js'
import { type Context, say } from '../context.js'
import { runOptions } from '../flags/codec-flags.js'
import { recoverOptions, recoveryLine } from '../flags/recover-options.js'
import { openOutput } from '../outputs.js'
import type { ProgressView } from '../progress-view.js'
import { findingLine } from '../view/findings.js'
import { type Job, nameOutput } from './decompress.js'

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
  const sink = new BytesPlainSink(await openOutput(nameOutput(job, npy, context), request), prefix)
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
  const sink = new BytesPlainSink(await openOutput(nameOutput(job, npy, context), request), prefix)
  await writeSalvagedFrame(recovery, sink, runOptions(context, view))
  view.close()
  tell(job, recovery.report, context)
  return recovery.report
}
