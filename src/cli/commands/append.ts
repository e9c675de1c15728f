// `blpk append`: adds data to an archive, a frame or an array.

import { usage } from '../../core/errors.js'
import { counted, exactSize, prettySeconds, prettySize } from '../../core/sizes.js'
import { type AppendResult, appendInputs } from '../../verbs/append.js'
import { type ChangeTarget, changeTarget, checkRefusals } from '../../verbs/change-target.js'
import type { Input } from '../../verbs/inputs.js'
import { checkExtension } from '../archive-name.js'
import { about, type Context, placeSettings, saySummary, sayVerbose } from '../context.js'
import { isDash, shown } from '../dash.js'
import { appendOptions } from '../flags/change-flags.js'
import { readMetadata, runOptions } from '../flags/codec-flags.js'
import { openInput } from '../inputs.js'
import type { ProgressView } from '../progress-view.js'
import { sayForeign } from '../view/foreign.js'
import { headOfPlace } from '../view/head.js'
import { openProgress } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'

async function appendNamed(
  target: ChangeTarget,
  names: readonly string[],
  inputs: readonly Input[],
  view: ProgressView,
  context: Context,
): Promise<AppendResult> {
  const { options } = context
  // Before the file of -m is read.
  checkRefusals(target.change.appendRefuses, appendOptions(context, options.metadata))
  const metadata = await readMetadata(options, ...names)
  return appendInputs(target, inputs, {
    ...appendOptions(context, metadata),
    ...runOptions(context, view),
    onSource: (plain, name) => sayForeign(plain, name, options),
    onReady: () => {
      for (const name of names) sayVerbose(options, `appending '${name}' to '${target.name}'`)
    },
  })
}

async function report(
  archive: string,
  names: readonly string[],
  result: AppendResult,
  seconds: number,
  context: Context,
): Promise<void> {
  const { options: o } = context
  const { nbytes, totalBytes, nchunks, room, grown, skipped } = result
  const what = names.join(', ')
  if (skipped)
    sayVerbose(o, `the archive already has an append with the id '${o.appendId}': nothing was done`)
  if (grown) sayVerbose(o, 'the archive was rewritten with more room')
  sayVerbose(o, `appended ${exactSize(nbytes)} in ${prettySeconds(seconds)}`)
  const left = room === undefined ? '' : `, room for ${room} more`
  sayVerbose(o, `now ${exactSize(totalBytes)} in ${counted(nchunks, 'chunk')}${left}`)
  const done = skipped ? 'already there' : prettySize(nbytes)
  saySummary(o, archive, `${what}: ${done}, ${prettySize(totalBytes)} in all, in ${prettySeconds(seconds)}`)
  if (o.json !== true) return
  const head = await headOfPlace(archive, context)
  printJson(
    {
      ...head,
      nbytes: head.nbytes ?? totalBytes,
      inputs: names.map(shown),
      appended: nbytes,
      nchunks,
      ...(room !== undefined && { room, grown }),
      ...(o.appendId !== undefined && { appendId: o.appendId, skipped }),
      seconds: jsonSeconds(seconds),
    },
    o,
  )
}

/** `blpk append <archive> <new>…` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [archive = '-', ...names] = args
  if (isDash(archive)) throw usage('cannot append to standard input: name a file')
  if (names.filter(isDash).length > 1) throw usage('standard input can be appended only once')
  const target = await changeTarget(archive, placeSettings(context))
  if (target.container.wantsName === true) checkExtension(archive, context.options)
  const seconds = stopwatch()
  const inputs: Input[] = []
  const view = openProgress(context.options)
  try {
    for (const name of names) inputs.push(await openInput(name, context))
    // The archive is changed where it stands, or an upload begun, and put back or given up after an interrupt.
    context.protect()
    const result = await about(archive, () => appendNamed(target, names, inputs, view, context))
    view.close()
    await report(archive, names, result, seconds(), context)
    return 0
  } finally {
    view.close()
    for (const { source } of inputs) await source.close()
  }
}
