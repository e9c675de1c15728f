// `blpk decompress --salvage`: unpacks what is left of a container.

import { type RecoveryReport, salvageInto } from '../../verbs/recover.js'
import type { ContainerInput } from '../containers.js'
import { type Context, say } from '../context.js'
import { recoverOptions, recoveryLine } from '../flags/recover-options.js'
import { openOutput } from '../outputs.js'
import type { ProgressView } from '../progress-view.js'
import { findingLine } from '../view/findings.js'
import { type Job, nameOutput } from './unpack-job.js'

function tell({ input, output }: Job, report: RecoveryReport, { options }: Context): void {
  for (const finding of report.findings) say(findingLine(input, finding))
  if (options.quiet !== true) say(recoveryLine(output, report))
}

/** Unpacks what is left, and says on standard error what is not. */
export async function salvage(
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<RecoveryReport> {
  const { raw } = context.options
  const options = { ...recoverOptions(context, view), ...(raw !== undefined && { raw }) }
  const report = await salvageInto(
    input,
    (npy) => {
      const request = { context, compressed: false, npy, inputs: [input], like: input.like }
      return openOutput(nameOutput(job, npy, context), request)
    },
    options,
  )
  view.close()
  tell(job, report, context)
  return report
}
