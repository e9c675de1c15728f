// `blpk convert`: turns an archive into a frame or array, and back.

import { usage } from '../../core/errors.js'
import { counted, exactSize, prettyRatio, prettySeconds, prettySize } from '../../core/sizes.js'
import type { Format } from '../../format/registry.js'
import { type ConcatResult, convert } from '../../verbs/convert.js'
import { type ContainerPlace, openPlace } from '../../verbs/open.js'
import { type Opened, openSeekable } from '../../verbs/seekable.js'
import { formatNamed } from '../archive-name.js'
import { about, type Context, saySummary, sayVerbose } from '../context.js'
import { isDash, nameOf, shown } from '../dash.js'
import { extensionsList, extensionsText } from '../extensions.js'
import { readMetadata, runOptions } from '../flags/codec-flags.js'
import { describedBy } from '../flags/description.js'
import type { CliOptions } from '../flags/options.js'
import { checkForFormat, openOptions, packOptions, sayings } from '../flags/pack-options.js'
import { archivePlace, archiveSettings } from '../inputs.js'
import { outputOf, refuseMixedOutput } from '../outputs.js'
import type { ProgressView } from '../progress-view.js'
import { headOfPlace } from '../view/head.js'
import { openProgress } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'

/** One run of the command. */
interface Job {
  input: string
  output: string
  format: Format
  /** How it was compressed, if it was: printed with --json. */
  plan?: object
}

async function convertOpened(
  job: Job,
  opened: Opened,
  place: ContainerPlace,
  view: ProgressView,
  context: Context,
): Promise<ConcatResult> {
  const { options } = context
  const metadata = await readMetadata(options, job.input)
  checkForFormat(job.format, options)
  const request = { context, compressed: true, inputs: [place], like: place.like }
  return convert(opened, outputOf(job.output, request), job.format, {
    ...packOptions(options),
    ...runOptions(context, view),
    ...describedBy(options),
    ...sayings(options),
    ...(metadata !== undefined && { metadata }),
    onPlan: ({ facts }) => {
      job.plan = facts
    },
  })
}

async function convertInput(
  job: Job,
  place: ContainerPlace,
  view: ProgressView,
  context: Context,
): Promise<ConcatResult> {
  const opened = await openSeekable(place, openOptions(job.input, context.options))
  try {
    return await convertOpened(job, opened, place, view, context)
  } finally {
    await opened.close()
  }
}

async function report(job: Job, result: ConcatResult, seconds: number, context: Context): Promise<void> {
  const { options: o } = context
  const { nbytes, cbytes, nchunks, nspecial = 0, copied } = result
  const recompressed = nchunks - copied
  const ratio = prettyRatio(nbytes, cbytes)
  if (copied === 0 && nspecial > 0) sayVerbose(o, `${counted(nspecial, 'chunk')} of one special value each`)
  sayVerbose(o, `${counted(copied, 'chunk')} copied, ${recompressed} recompressed`)
  sayVerbose(o, `${exactSize(nbytes)} in ${exactSize(cbytes)}, ratio ${ratio}, in ${prettySeconds(seconds)}`)
  const how = recompressed === 0 ? 'copied' : `${recompressed} of ${counted(nchunks, 'chunk')} recompressed`
  const what = `${prettySize(nbytes)} in ${prettySize(cbytes)} (ratio ${ratio}), ${how}`
  saySummary(o, job.output, `${job.input}: ${what}, in ${prettySeconds(seconds)}`)
  if (o.json !== true) return
  printJson(
    {
      ...(await headOfPlace(job.output, context)),
      input: job.input,
      nchunks,
      copied,
      recompressed,
      ...job.plan,
      seconds: jsonSeconds(seconds),
    },
    o,
  )
}

function formatOfOutput(output: string, o: CliOptions): Format {
  const found = formatNamed(output, o)
  if (found !== undefined) return found
  if (/\.npy$/i.test(output))
    throw usage(`convert writes ${extensionsText('and')}: use blpk decompress to get '${shown(output)}'`)
  throw usage(`the name of '${shown(output)}' does not say what to write (${extensionsList()}): use --format`)
}

/** `blpk convert <in> <out>` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [input = '-', output = '-'] = args
  refuseMixedOutput(context, isDash(output) ? '-' : undefined)
  const job: Job = { input: shown(input), output, format: formatOfOutput(output, context.options) }
  const seconds = stopwatch()
  const place = await openPlace(archivePlace(input), archiveSettings(context))
  const view = openProgress(context.options)
  try {
    const result = await about(nameOf(input, 'standard input'), () => convertInput(job, place, view, context))
    view.close()
    await report(job, result, seconds(), context)
    return 0
  } finally {
    view.close()
    await place.source.close()
  }
}
