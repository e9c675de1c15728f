import { unsupported, usage } from '../../core/errors.js'
import { counted, exactSize, prettySeconds, prettySize } from '../../core/sizes.js'
import { Archive } from '../../format/bloscpack/archive.js'
import { type ConcatResult, concatArchives } from '../../format/bloscpack/join.js'
import type { Input } from '../../verbs/inputs.js'
import { refuseStore, refuseStoreDirectory } from '../../verbs/stores.js'
import { kindOf } from '../containers.js'
import { about, type Context, saySummary, sayVerbose } from '../context.js'
import { isDash, shown } from '../dash.js'
import { codecOptions, readMetadata, runOptions } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { openArchiveInput } from '../inputs.js'
import { openOutput, refuseMixedOutput } from '../outputs.js'
import { headOfPlace } from '../view/head.js'
import { openProgress, type ProgressView } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'

/** @throws BlpkError UNSUPPORTED for frames, with what is special about them */
async function refuseFrame(input: Input, name: string, o: CliOptions): Promise<void> {
  const { source } = input
  if (!source.seekable) return
  const kind = await kindOf(source)
  if (kind === undefined) await refuseStore(source)
  if (kind !== 'frame') return
  const { openFrameInput, sayObject } = await import('../frames.js')
  // Says so where its values are elsewhere, or other frames lie in it.
  const frame = await openFrameInput(input, o)
  await frame.close()
  sayObject(frame, name, { quiet: true })
  throw unsupported('this is a Blosc2 frame, and concat joins .blp archives (blpk convert makes one of it)', {
    path: name,
  })
}

async function openArchives(
  inputs: readonly Input[],
  names: readonly string[],
  o: CliOptions,
): Promise<Archive[]> {
  const archives: Archive[] = []
  for (const [i, input] of inputs.entries()) {
    const { source } = input
    await refuseFrame(input, shown(names[i] ?? ''), o)
    const open = (): Promise<Archive> =>
      Archive.open(source, o.maxChunk === undefined ? {} : { maxChunk: o.maxChunk })
    archives.push(await about(shown(names[i] ?? ''), open))
  }
  return archives
}

async function join(
  output: string,
  names: readonly string[],
  inputs: readonly Input[],
  view: ProgressView,
  context: Context,
): Promise<ConcatResult> {
  const { options } = context
  const metadata = await readMetadata(options, output)
  const archives = await openArchives(inputs, names, options)
  const sink = await openOutput(output, {
    context,
    compressed: true,
    container: 'bloscpack',
    inputs,
    like: inputs[0]?.like,
  })
  return concatArchives(archives, sink, {
    ...codecOptions(options),
    ...runOptions(context, view),
    ...(metadata !== undefined && { metadata }),
    ...(options.maxAppChunks !== undefined && { maxAppChunks: options.maxAppChunks }),
  })
}

async function report(
  output: string,
  inputs: readonly string[],
  result: ConcatResult,
  seconds: number,
  context: Context,
): Promise<void> {
  const { options: o } = context
  const { nbytes, cbytes, nchunks, copied } = result
  sayVerbose(o, `${counted(nchunks, 'chunk')}, ${copied} of them copied, ${exactSize(cbytes)}`)
  sayVerbose(o, `done in ${prettySeconds(seconds)}`)
  const what = `${counted(inputs.length, 'archive')}, ${prettySize(nbytes)} in ${prettySize(cbytes)}`
  saySummary(o, output, `${what} in ${prettySeconds(seconds)}`)
  if (o.json !== true) return
  printJson(
    {
      ...(await headOfPlace(output, context)),
      inputs: inputs.map(shown),
      nchunks,
      copied,
      seconds: jsonSeconds(seconds),
    },
    o,
  )
}

/** `blpk concat <out> <in>…` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [output = '-', ...names] = args
  refuseMixedOutput(context, output)
  if (names.some(isDash)) throw usage('archives to be joined cannot come from standard input: name files')
  const seconds = stopwatch()
  const inputs: Input[] = []
  const view = openProgress(context.options)
  try {
    for (const name of names) {
      refuseStoreDirectory(name)
      inputs.push(await openArchiveInput(name, context))
    }
    const result = await join(output, names, inputs, view, context)
    view.close()
    await report(output, names, result, seconds(), context)
    return 0
  } finally {
    view.close()
    for (const { source } of inputs) await source.close()
  }
}
