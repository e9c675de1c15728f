// `blpk compress`: packs a file into a container of any kind.

import { usage } from '../../core/errors.js'
import { counted, exactSize, prettyRatio, prettySeconds, prettySize } from '../../core/sizes.js'
import type { Format } from '../../format/registry.js'
import { type CompressOptions, compress, type PackResult } from '../../verbs/compress.js'
import type { Input } from '../../verbs/inputs.js'
import { formatToWrite, localNameOf } from '../archive-name.js'
import { about, type Context, saySummary, sayVerbose } from '../context.js'
import { isDash, nameOf, shown } from '../dash.js'
import { readMetadata, runOptions } from '../flags/codec-flags.js'
import { checkDescription, describedBy } from '../flags/description.js'
import type { CliOptions } from '../flags/options.js'
import { checkForFormat, packOptions, sayings } from '../flags/pack-options.js'
import { openInput } from '../inputs.js'
import { outputOf, refuseMixedOutput } from '../outputs.js'
import type { ProgressView } from '../progress-view.js'
import { sayForeign } from '../view/foreign.js'
import { headOfPlace } from '../view/head.js'
import { openProgress } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'

/** One run of the command. */
interface Job {
  input: string
  output: string
  format: Format
  /** What packing decided, once it has: printed with --json. */
  plan?: object
}

/** What is said while it is packed, and kept for the end. */
function reporting(job: Job, o: CliOptions): CompressOptions {
  return {
    onPlan: ({ nbytes, facts, lines }) => {
      job.plan = facts
      const size = nbytes === undefined ? 'of unknown size' : exactSize(nbytes)
      sayVerbose(o, `input is '${job.input}', ${size}; output is '${job.output}'`)
      for (const line of lines) sayVerbose(o, line)
    },
    ...sayings(o),
  }
}

async function packInput(job: Job, input: Input, view: ProgressView, context: Context): Promise<PackResult> {
  const { options } = context
  checkForFormat(job.format, options)
  const metadata = await readMetadata(options, job.input)
  const request = { context, compressed: true, inputs: [input], like: input.like }
  return compress(input.source, outputOf(job.output, request), job.format, {
    ...packOptions(options),
    ...runOptions(context, view),
    ...describedBy(options),
    ...reporting(job, options),
    ...(metadata !== undefined && { metadata }),
    ...(options.raw !== undefined && { raw: options.raw }),
    onOpened: async (plain) => {
      await sayForeign(plain, job.input, options)
      checkDescription(plain, options)
    },
  })
}

async function report(job: Job, result: PackResult, seconds: number, context: Context): Promise<void> {
  const { options: o } = context
  const { nbytes, cbytes, nchunks, nspecial = 0 } = result
  const ratio = prettyRatio(nbytes, cbytes)
  if (nspecial > 0) sayVerbose(o, `${counted(nspecial, 'chunk')} of one special value each`)
  sayVerbose(o, `${counted(nchunks, 'chunk')}, ${exactSize(nbytes)} to ${exactSize(cbytes)}, ratio ${ratio}`)
  sayVerbose(o, `done in ${prettySeconds(seconds)}`)
  const sizes = `${prettySize(nbytes)} → ${prettySize(cbytes)} (ratio ${ratio})`
  saySummary(o, job.output, `${job.input}: ${sizes} in ${prettySeconds(seconds)}`)
  if (o.json !== true || job.plan === undefined) return
  printJson(
    {
      ...(await headOfPlace(job.output, context)),
      input: job.input,
      nchunks,
      ...job.plan,
      seconds: jsonSeconds(seconds),
    },
    o,
  )
}

function defaultOutput(input: string, o: CliOptions): string {
  return isDash(input) ? '-' : `${localNameOf(input)}${formatToWrite('', o).extension}`
}

/** `blpk compress <in> [<out>]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [input = '-'] = args
  const { options } = context
  const output = args[1] ?? defaultOutput(input, options)
  refuseMixedOutput(context, output)
  if (options.part !== undefined && args[1] === undefined)
    throw usage('--part needs the name of an output file, one for each piece')
  const job: Job = { input: shown(input), output, format: formatToWrite(output, options) }
  const seconds = stopwatch()
  const opened = await openInput(input, context)
  const view = openProgress(options)
  try {
    const result = await about(nameOf(input, 'standard input'), () => packInput(job, opened, view, context))
    view.close()
    await report(job, result, seconds(), context)
    return 0
  } finally {
    view.close()
    await opened.source.close()
  }
}
