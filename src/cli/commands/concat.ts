// `blpk concat`: joins archives, frames or arrays into one.

import { usage } from '../../core/errors.js'
import { counted, exactSize, prettySeconds, prettySize } from '../../core/sizes.js'
import type { Format } from '../../format/registry.js'
import { type ConcatResult, concat } from '../../verbs/concat.js'
import { type ContainerPlace, openPlace } from '../../verbs/open.js'
import { type Opened, openSeekable } from '../../verbs/seekable.js'
import { formatNamed } from '../archive-name.js'
import { about, type Context, saySummary, sayVerbose } from '../context.js'
import { isDash, shown } from '../dash.js'
import { readMetadata, runOptions } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { checkForFormat, openOptions, packOptions, sayings } from '../flags/pack-options.js'
import { archiveSettings } from '../inputs.js'
import { outputOf, refuseMixedOutput } from '../outputs.js'
import type { ProgressView } from '../progress-view.js'
import { headOfPlace } from '../view/head.js'
import { openProgress } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'

/** What is joined: an input as it was found, and as it was opened. */
interface Part {
  place: ContainerPlace
  opened: Opened
}

async function openParts(names: readonly string[], context: Context, parts: Part[]): Promise<void> {
  const places: ContainerPlace[] = []
  try {
    for (const name of names) places.push(await openPlace(name, archiveSettings(context)))
    for (const [i, place] of places.entries()) {
      const name = shown(names[i] ?? '')
      const opened = await about(name, () => openSeekable(place, openOptions(name, context.options)))
      parts.push({ place, opened })
    }
  } catch (error) {
    for (const { source } of places.slice(parts.length)) await source.close()
    throw error
  }
}

/** What is written: as flags or the name of the output say, or like the first input. */
function formatToJoin(output: string, [first]: readonly Part[], o: CliOptions): Format {
  const format = formatNamed(output, o) ?? first?.opened.format
  if (format === undefined) throw usage('there is nothing to join')
  return format
}

async function join(
  output: string,
  parts: readonly Part[],
  view: ProgressView,
  context: Context,
): Promise<ConcatResult> {
  const { options } = context
  const metadata = await readMetadata(options, output)
  const format = formatToJoin(output, parts, options)
  checkForFormat(format, options)
  const inputs = parts.map(({ place }) => place)
  const request = { context, compressed: true, inputs, like: inputs[0]?.like }
  return concat(
    parts.map(({ opened }) => opened),
    outputOf(output, request),
    format,
    {
      ...packOptions(options),
      ...runOptions(context, view),
      ...sayings(options),
      ...(metadata !== undefined && { metadata }),
    },
  )
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
  if (names.some(isDash)) throw usage('concat cannot read archives from standard input: name files')
  const seconds = stopwatch()
  const parts: Part[] = []
  const view = openProgress(context.options)
  try {
    await openParts(names, context, parts)
    const result = await join(output, parts, view, context)
    view.close()
    await report(output, names, result, seconds(), context)
    return 0
  } finally {
    view.close()
    for (const { opened } of parts) await opened.close()
  }
}
