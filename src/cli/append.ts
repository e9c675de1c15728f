import { type AppendOptions, type AppendResult, appendToFile } from '../engine/append.js'
import { BlpkError, usage } from '../errors.js'
import { openPlain } from '../sources/npy.js'
import { checkExtension } from './archive-name.js'
import { codecOptions, readMetadata, runOptions } from './codec-flags.js'
import { about, type Context, saySummary, sayVerbose } from './context.js'
import { isDash } from './dash.js'
import { type Input, openInput } from './inputs.js'
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
  }
}

async function checkNotItself(archive: string, input: Input, context: Context): Promise<void> {
  const itself = await openInput(archive, context)
  await itself.source.close()
  if (itself.identity !== undefined && itself.identity === input.identity) {
    throw new BlpkError('SAME_FILE', `input and output are the same file: '${archive}'`, { path: archive })
  }
}

async function appendInput(
  archive: string,
  argument: string,
  input: Input,
  view: ProgressView,
  context: Context,
): Promise<AppendResult> {
  const { options } = context
  await checkNotItself(archive, input, context)
  const metadata = await readMetadata(options, argument)
  const plain = await openPlain(input.source, { raw: options.raw === true })
  sayVerbose(options, `appending '${argument}' to '${archive}'`)
  return appendToFile(archive, plain, { ...appendOptions(options, metadata), ...runOptions(context, view) })
}

function report(archive: string, input: string, result: AppendResult, seconds: number, o: CliOptions): void {
  const { nbytes, totalBytes, nchunks, room, grown } = result
  if (grown) sayVerbose(o, 'the archive was rewritten with more room')
  sayVerbose(o, `appended ${exactSize(nbytes)} in ${prettySeconds(seconds)}`)
  sayVerbose(o, `now ${exactSize(totalBytes)} in ${counted(nchunks, 'chunk')}, room for ${room} more`)
  saySummary(
    o,
    archive,
    `${input}: ${prettySize(nbytes)}, ${prettySize(totalBytes)} in all, in ${prettySeconds(seconds)}`,
  )
  if (o.json === true)
    printJson({ archive, input, nbytes, totalBytes, nchunks, room, grown, seconds: jsonSeconds(seconds) })
}

/** `blpk append <archive> <new>` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [archive = '-', input = '-'] = args
  if (isDash(archive)) throw usage('an archive on standard input cannot be appended to: name a file')
  checkExtension(archive, context.options)
  const seconds = stopwatch()
  const opened = await openInput(input, context)
  const view = openProgress(context.options)
  try {
    // The archive is changed where it stands, and put back after an interrupt.
    context.protect()
    const result = await about(archive, () => appendInput(archive, input, opened, view, context))
    view.close()
    report(archive, input, result, seconds(), context.options)
    return 0
  } finally {
    view.close()
    await opened.source.close()
  }
}
