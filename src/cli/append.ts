import type { AppendOptions, AppendResult } from '../engine/append.js'
import { appendTo } from '../engine/append-to.js'
import { BlpkError, usage } from '../errors.js'
import { schemeOf } from '../places.js'
import { openPlain } from '../sources/npy.js'
import type { PlainSource } from '../sources/plain.js'
import { checkExtension } from './archive-name.js'
import { codecOptions, lockOptions, readMetadata, runOptions } from './codec-flags.js'
import { about, type Context, placeSettings, saySummary, sayVerbose } from './context.js'
import { isDash } from './dash.js'
import { type Input, openInput, remoteIdentity } from './inputs.js'
import type { CliOptions } from './options.js'
import { openProgress, type ProgressView } from './progress.js'
import { counted, jsonSeconds, printJson, stopwatch } from './report.js'
import { exactSize, prettySeconds, prettySize } from './sizes.js'

function appendOptions(o: CliOptions, metadata: string | undefined): AppendOptions {
  return {
    ...codecOptions(o),
    ...(metadata !== undefined && { metadata }),
    ...(o.grow !== undefined && { grow: o.grow }),
    ...(o.raw !== undefined && { raw: o.raw }),
    ...(o.maxChunk !== undefined && { maxChunk: o.maxChunk }),
    ...(o.appendId !== undefined && { appendId: o.appendId }),
  }
}

async function identityOf(archive: string, context: Context): Promise<string | undefined> {
  if (schemeOf(archive) !== undefined) return remoteIdentity(archive)
  const { source, identity } = await openInput(archive, context)
  await source.close()
  return identity
}

async function checkNotItself(archive: string, inputs: readonly Input[], context: Context): Promise<void> {
  const identity = await identityOf(archive, context)
  if (identity !== undefined && inputs.some((input) => input.identity === identity)) {
    throw new BlpkError('SAME_FILE', `input and output are the same file: '${archive}'`, { path: archive })
  }
}

async function openPlains(inputs: readonly Input[], o: CliOptions): Promise<PlainSource[]> {
  const plains: PlainSource[] = []
  for (const { source } of inputs) plains.push(await openPlain(source, { raw: o.raw === true }))
  return plains
}

async function appendInputs(
  archive: string,
  names: readonly string[],
  inputs: readonly Input[],
  view: ProgressView,
  context: Context,
): Promise<AppendResult> {
  const { options } = context
  await checkNotItself(archive, inputs, context)
  const metadata = await readMetadata(options, ...names)
  const plains = await openPlains(inputs, options)
  for (const name of names) sayVerbose(options, `appending '${name}' to '${archive}'`)
  return appendTo(archive, plains, {
    ...appendOptions(options, metadata),
    ...placeSettings(context),
    ...(options.unsafeNoCas !== undefined && { unsafeNoCas: options.unsafeNoCas }),
    ...lockOptions(context),
    ...runOptions(context, view),
    signal: context.signal,
  })
}

function report(
  archive: string,
  names: readonly string[],
  result: AppendResult,
  seconds: number,
  o: CliOptions,
): void {
  const { nbytes, totalBytes, nchunks, room, grown, skipped } = result
  const what = names.join(', ')
  if (skipped)
    sayVerbose(o, `an append with the id '${o.appendId}' is in the archive already: nothing was done`)
  if (grown) sayVerbose(o, 'the archive was rewritten with more room')
  sayVerbose(o, `appended ${exactSize(nbytes)} in ${prettySeconds(seconds)}`)
  sayVerbose(o, `now ${exactSize(totalBytes)} in ${counted(nchunks, 'chunk')}, room for ${room} more`)
  const done = skipped ? 'there already' : prettySize(nbytes)
  saySummary(o, archive, `${what}: ${done}, ${prettySize(totalBytes)} in all, in ${prettySeconds(seconds)}`)
  if (o.json !== true) return
  printJson({
    archive,
    ...(names.length === 1 ? { input: what } : { inputs: names }),
    nbytes,
    totalBytes,
    nchunks,
    room,
    grown,
    ...(o.appendId !== undefined && { appendId: o.appendId, skipped }),
    seconds: jsonSeconds(seconds),
  })
}

/** `blpk append <archive> <new>…` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [archive = '-', ...names] = args
  if (isDash(archive)) throw usage('an archive on standard input cannot be appended to: name a file')
  if (names.filter(isDash).length > 1) throw usage('standard input can be appended only once')
  checkExtension(archive, context.options)
  const seconds = stopwatch()
  const inputs: Input[] = []
  const view = openProgress(context.options)
  try {
    for (const name of names) inputs.push(await openInput(name, context))
    // The archive is changed where it stands, or an upload begun, and put back or given up after an interrupt.
    context.protect()
    const result = await about(archive, () => appendInputs(archive, names, inputs, view, context))
    view.close()
    report(archive, names, result, seconds(), context.options)
    return 0
  } finally {
    view.close()
    for (const { source } of inputs) await source.close()
  }
}
