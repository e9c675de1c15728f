// Runs a command line from arguments to exit code.

import { BlpkError } from '../core/errors.js'
import { areSound, checkArguments } from './arguments.js'
import { commands } from './commands.js'
import { type Context, sayError } from './context.js'
import { worst } from './exit.js'
import type { CliOptions, CommandName } from './flags/options.js'
import { watchSignals } from './interrupt.js'
import { buildProgram, ParserEnd } from './program.js'
import { needsRestart, restart } from './restart.js'
import { printed } from './view/print.js'

const BUG = 1
/** Commands that print a list, with entries of their own for what failed. */
const LISTING: readonly CommandName[] = ['info', 'verify', 'ls', 'clean']

/** Whatever goes wrong is said on one line, even where nobody waits for it. */
function catchEverything(options: () => CliOptions): { finished(): void } {
  let isFinished = false
  process.on('uncaughtException', (error) => {
    isFinished = true
    sayError(error, options())
    process.exit(BUG)
  })
  process.on('exit', (code) => {
    // Nothing is left to wait for, and still there is no result.
    if (!isFinished && code === 0)
      process.exitCode = sayError(new Error('the run stopped before its end'), options())
  })
  return {
    finished: () => {
      isFinished = true
    },
  }
}

/** Modules that `--plugin` names. What they add is part of parser and help, so they are there before these. */
function pluginsIn(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  return own.flatMap((argument, i) => {
    if (argument.startsWith('--plugin=')) return argument.slice('--plugin='.length)
    return argument === '--plugin' ? (own[i + 1] ?? []) : []
  })
}

/** @returns what went wrong */
async function loadPlugins(argv: readonly string[]): Promise<unknown> {
  const modules = pluginsIn(argv)
  if (modules.length === 0) return undefined
  return (await import('../verbs/plugins.js')).loadPlugins(modules).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** Runs a command line and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  if (needsRestart() && areSound(argv) && (await restart(argv))) return
  const interrupts = watchSignals()
  let options: CliOptions = { debug: argv.includes('--debug') }
  const watch = catchEverything(() => options)
  let code = 0
  let unloaded: unknown
  let printsOne = false
  try {
    checkArguments(argv)
    unloaded = await loadPlugins(argv)
    const program = buildProgram(argv, async (module, args, parsed, name) => {
      options = parsed
      printsOne = parsed.json === true && !LISTING.includes(name)
      if (unloaded !== undefined) throw unloaded
      const { signal, protect } = interrupts
      const context: Context = { options, signal, protect, commands }
      code = await module.run(args, context)
    })
    await program.parseAsync(argv, { from: 'user' })
  } catch (thrown) {
    // Without its plug-ins a command line may well be wrong.
    const error = unloaded ?? thrown
    code =
      error instanceof ParserEnd
        ? await endParsing(error, argv, options)
        : sayError(interrupts.signal.aborted ? interruption(error) : error, options)
    if (printsOne && !interrupts.signal.aborted) await printFailure(error, options)
  }
  const unprinted = await printed()
  if (unprinted !== undefined) code = worst([code, sayError(unprinted, options)])
  watch.finished()
  process.exitCode = code
  if (!interrupts.signal.aborted) return
  if (code !== 0) interrupts.die()
  // A pipe that nobody writes to would keep the process waiting.
  process.exit()
}

/** Shows help or says what is wrong with a command line. @returns the exit code */
async function endParsing(end: ParserEnd, argv: readonly string[], options: CliOptions): Promise<number> {
  if (end.reason.code === 'commander.version') return 0
  const { showHelp } = await import('./help/parser-end.js')
  const mistake = showHelp(end, argv, commands())
  return typeof mistake === 'number' ? mistake : sayError(mistake, options)
}

/** With --json what failed has an entry too; after wrong usage there is nothing that could have one. */
async function printFailure(error: unknown, options: CliOptions): Promise<void> {
  if (!(error instanceof BlpkError) || ['USAGE', 'PIPE_CLOSED'].includes(error.code)) return
  const [{ failedEntry }, { printJson }] = await Promise.all([
    import('./view/head.js'),
    import('./view/report.js'),
  ])
  printJson({ ...failedEntry(error.place.path ?? '', error), file: error.place.path ?? null }, options)
}

/** What comes up after a signal, such as a pipe that was closed for it, is the signal's doing. */
function interruption(error: unknown): BlpkError {
  // That nobody knows what became of a write must be said in any case.
  if (error instanceof BlpkError && error.code === 'UNKNOWN') return error
  return new BlpkError('INTERRUPTED', 'interrupted', {}, error)
}
