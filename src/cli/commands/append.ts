import { statSync } from 'node:fs'
import { BlpkError, usage } from '../../core/errors.js'
import { attempt } from '../../core/io-errors.js'
import { counted, exactSize, prettySeconds, prettySize } from '../../core/sizes.js'
import type { CodecOptions } from '../../engine/options.js'
import type { AppendOptions } from '../../format/bloscpack/append/options.js'
import { appendTo } from '../../format/bloscpack/append/place.js'
import { checkChangeable, placeOf } from '../../places/registry.js'
import { openPlain } from '../../sources/npy.js'
import { identityOf } from '../../sources/path.js'
import type { PlainSource } from '../../sources/plain.js'
import type { Input } from '../../verbs/inputs.js'
import { checkExtension } from '../archive-name.js'
import { isSparseFrame, kindOfPlace } from '../containers.js'
import { about, type Context, changeSettings, saySummary, sayVerbose } from '../context.js'
import { isDash, shown } from '../dash.js'
import { lockOptions, readMetadata, runOptions } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { packOptions } from '../flags/pack-options.js'
import { openInput } from '../inputs.js'
import { sayForeign } from '../view/foreign.js'
import { headOfPlace } from '../view/head.js'
import { openProgress, type ProgressView } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'

function appendOptions(o: CliOptions, metadata: string | undefined): AppendOptions {
  return {
    ...(packOptions(o) as CodecOptions),
    ...(metadata !== undefined && { metadata }),
    ...(o.grow !== undefined && { grow: o.grow }),
    ...(o.raw !== undefined && { raw: o.raw }),
    ...(o.maxChunk !== undefined && { maxChunk: o.maxChunk }),
    ...(o.appendId !== undefined && { appendId: o.appendId }),
  }
}

function identityOfArchive(archive: string): string | undefined {
  const place = placeOf(archive)
  if (place !== undefined) return place.identity(archive)
  const stat = attempt('open', archive, () => statSync(archive, { bigint: true }))
  if (stat.isFile() || stat.isDirectory()) return identityOf(stat)
  throw new BlpkError('IO', `cannot change '${archive}': it is not a regular file`, { path: archive })
}

function checkNotItself(archive: string, inputs: readonly Input[]): void {
  const identity = identityOfArchive(archive)
  if (identity !== undefined && inputs.some((input) => input.identity === identity)) {
    throw new BlpkError('SAME_FILE', `input and output are the same file: '${archive}'`, { path: archive })
  }
}

async function openPlains(inputs: readonly Input[], o: CliOptions): Promise<PlainSource[]> {
  const plains: PlainSource[] = []
  for (const { source } of inputs) {
    const plain = await openPlain(source, { raw: o.raw === true })
    await sayForeign(plain, source.name, o)
    plains.push(plain)
  }
  return plains
}

/** What was appended; room and growing are Bloscpack's, shapes those of arrays in frames. */
interface Appended {
  nbytes: number
  totalBytes: number
  nchunks: number
  room?: number
  grown?: boolean
  shape?: readonly number[]
  skipped: boolean
}

async function appendInputs(
  archive: string,
  isFrame: boolean,
  names: readonly string[],
  inputs: readonly Input[],
  view: ProgressView,
  context: Context,
): Promise<Appended> {
  const { options } = context
  checkNotItself(archive, inputs)
  if (!isFrame && options.dtype !== undefined)
    throw usage('--dtype is for Blosc2 arrays: an archive says itself')
  const metadata = isFrame ? undefined : await readMetadata(options, ...names)
  const plains = await openPlains(inputs, options)
  for (const name of names) sayVerbose(options, `appending '${name}' to '${archive}'`)
  if (isFrame) {
    const { appendInputsToFrame } = await import('./append-frame.js')
    return appendInputsToFrame(archive, plains, view, context)
  }
  return appendTo(archive, plains, {
    ...appendOptions(options, metadata),
    ...changeSettings(context),
    ...lockOptions(context),
    ...runOptions(context, view),
    signal: context.signal,
  })
}

async function report(
  archive: string,
  names: readonly string[],
  result: Appended,
  seconds: number,
  context: Context,
): Promise<void> {
  const { options: o } = context
  const { nbytes, totalBytes, nchunks, room, grown, skipped } = result
  const what = names.join(', ')
  if (skipped)
    sayVerbose(o, `an append with the id '${o.appendId}' is in the archive already: nothing was done`)
  if (grown) sayVerbose(o, 'the archive was rewritten with more room')
  sayVerbose(o, `appended ${exactSize(nbytes)} in ${prettySeconds(seconds)}`)
  const left = room === undefined ? '' : `, room for ${room} more`
  sayVerbose(o, `now ${exactSize(totalBytes)} in ${counted(nchunks, 'chunk')}${left}`)
  const done = skipped ? 'there already' : prettySize(nbytes)
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
  if (isDash(archive)) throw usage('an archive on standard input cannot be appended to: name a file')
  if (names.filter(isDash).length > 1) throw usage('standard input can be appended only once')
  checkChangeable(archive)
  if (isSparseFrame(archive)) (await import('../../format/blosc2/objects/change.js')).checkFile(archive)
  const isFrame = (await kindOfPlace(archive, context)) === 'frame'
  if (!isFrame) checkExtension(archive, context.options)
  const seconds = stopwatch()
  const inputs: Input[] = []
  const view = openProgress(context.options)
  try {
    for (const name of names) inputs.push(await openInput(name, context))
    // The archive is changed where it stands, or an upload begun, and put back or given up after an interrupt.
    context.protect()
    const result = await about(archive, () => appendInputs(archive, isFrame, names, inputs, view, context))
    view.close()
    await report(archive, names, result, seconds(), context)
    return 0
  } finally {
    view.close()
    for (const { source } of inputs) await source.close()
  }
}
