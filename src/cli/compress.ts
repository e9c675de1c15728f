import { availableParallelism } from 'node:os'
import { BloscpackSink } from '../engine/bloscpack-sink.js'
import type { PackOptions, PlanInfo } from '../engine/options.js'
import { type PackResult, pack } from '../engine/pack.js'
import { partOf } from '../engine/part.js'
import { usage } from '../errors.js'
import { openPlain } from '../sources/npy.js'
import type { PlainSource } from '../sources/plain.js'
import { codecOptions, readMetadata, runOptions, withArray } from './codec-flags.js'
import { about, type Context, saySummary, sayVerbose } from './context.js'
import { isDash, nameOf, shown } from './dash.js'
import { type Input, openInput } from './inputs.js'
import type { CliOptions } from './options.js'
import { openOutput, refuseMixedOutput } from './outputs.js'
import { openProgress, type ProgressView } from './progress.js'
import { counted, jsonRatio, jsonSeconds, printJson, stopwatch } from './report.js'
import { exactSize, prettyRatio, prettySeconds, prettySize } from './sizes.js'

interface Job {
  input: string
  output: string
  /** What packing decided, once it has. */
  plan?: PlanInfo
}

function packOptions(o: CliOptions): PackOptions {
  return {
    ...codecOptions(o),
    ...(o.chunkSize !== undefined && { chunkSize: o.chunkSize }),
    ...(o.checksum !== undefined && { checksum: o.checksum }),
    ...(o.offsets !== undefined && { offsets: o.offsets }),
    ...(o.maxAppChunks !== undefined && { maxAppChunks: o.maxAppChunks }),
  }
}

function sayPlan(job: Job, source: PlainSource, o: CliOptions): void {
  const { plan } = job
  if (plan === undefined) return
  const size = source.size === undefined ? 'of unknown size' : exactSize(source.size)
  const asked = typeof o.typesize === 'number' ? '' : ' (of the array)'
  const typesize = `typesize ${plan.typesize}${plan.sampled ? ' (found out by a sample)' : asked}`
  sayVerbose(o, `input is '${job.input}', ${size}; output is '${job.output}'`)
  sayVerbose(o, `using ${counted(o.nthreads ?? availableParallelism(), 'thread')}`)
  sayVerbose(o, `codec ${plan.codec}, level ${plan.level}, shuffle ${plan.shuffle}, ${typesize}`)
  sayVerbose(o, `chunks of ${exactSize(plan.chunkSize)}, checksum ${o.checksum ?? 'crc32'}`)
}

async function packInput(job: Job, input: Input, view: ProgressView, context: Context): Promise<PackResult> {
  const { options } = context
  const own = await readMetadata(options, job.input)
  const whole = await openPlain(input.source, { raw: options.raw === true })
  const { source: plain, options: packing } =
    options.part === undefined
      ? { source: whole, options: packOptions(options) }
      : await partOf(whole, options.part, packOptions(options))
  const metadata = withArray(own, plain.metadata)
  const sink = await openOutput(job.output, { context, compressed: true, inputs: [input], like: input.like })
  return pack(plain, new BloscpackSink(sink), {
    ...packing,
    ...runOptions(context, view),
    ...(metadata !== undefined && { metadata }),
    onPlan: (plan) => {
      job.plan = plan
      sayPlan(job, plain, options)
    },
  })
}

function report(job: Job, result: PackResult, seconds: number, o: CliOptions): void {
  const { nbytes, cbytes, nchunks } = result
  const ratio = prettyRatio(nbytes, cbytes)
  sayVerbose(o, `${counted(nchunks, 'chunk')}, ${exactSize(nbytes)} to ${exactSize(cbytes)}, ratio ${ratio}`)
  sayVerbose(o, `done in ${prettySeconds(seconds)}`)
  const sizes = `${prettySize(nbytes)} → ${prettySize(cbytes)} (ratio ${ratio})`
  saySummary(o, job.output, `${job.input}: ${sizes} in ${prettySeconds(seconds)}`)
  if (o.json !== true || job.plan === undefined) return
  const { typesize, codec, level, shuffle, chunkSize } = job.plan
  printJson({
    input: job.input,
    output: job.output,
    nbytes,
    cbytes,
    ratio: jsonRatio(nbytes, cbytes),
    nchunks,
    typesize,
    codec,
    level,
    shuffle,
    chunkSize,
    seconds: jsonSeconds(seconds),
  })
}

/** `blpk compress <in> [<out>]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [input = '-', output = isDash(input) ? '-' : `${input}.blp`] = args
  refuseMixedOutput(context, output)
  if (context.options.part !== undefined && args[1] === undefined)
    throw usage('with --part an output must be named, one for each piece')
  const job: Job = { input: shown(input), output }
  const seconds = stopwatch()
  const opened = await openInput(input, context)
  const view = openProgress(context.options)
  try {
    const result = await about(nameOf(input, 'standard input'), () => packInput(job, opened, view, context))
    view.close()
    report(job, result, seconds(), context.options)
    return 0
  } finally {
    view.close()
    await opened.source.close()
  }
}
