import {
  type BigIntStats,
  createWriteStream,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Access } from '../disk/modes.js'
import { replacing } from '../disk/replace.js'
import { BlpkError, usage } from '../errors.js'
import { attempt } from '../io-errors.js'
import { openRemoteSink, schemeOf } from '../places.js'
import type { ByteSink } from '../sinks/byte-sink.js'
import { existsError, FileSink } from '../sinks/file.js'
import { openStdout } from '../sinks/stdout.js'
import { StreamSink } from '../sinks/stream.js'
import { lockOptions } from './codec-flags.js'
import { type Context, placeSettings } from './context.js'
import { isDash } from './dash.js'
import { openFifo } from './fifo.js'
import { type Input, identityOf, type Like, remoteIdentity } from './inputs.js'
import { beforeEnd } from './last-steps.js'
import { isTerminal } from './stdio.js'

const STDOUT = 1
const MAX_LINKS = 40

/** What is asked of an output. */
export interface OutputRequest {
  context: Context
  /** Compressed bytes, which no terminal can show. */
  compressed: boolean
  /** The inputs, none of which may be the output. */
  inputs: readonly Input[]
  /** Mode and times for it. */
  like?: Like | undefined
}

function force(request: OutputRequest): boolean {
  return request.context.options.force === true
}

function terminalError(): BlpkError {
  return usage('compressed bytes are not written to a terminal: name an output file, or redirect it')
}

/** @throws BlpkError SAME_FILE */
export function checkNotInput(path: string, identity: string | undefined, request: OutputRequest): void {
  if (identity === undefined || !request.inputs.some((input) => input.identity === identity)) return
  throw new BlpkError('SAME_FILE', `input and output are the same file: '${path}'`, { path })
}

function stdoutSink(request: OutputRequest): ByteSink {
  if (request.compressed && isTerminal(STDOUT)) throw terminalError()
  checkNotInput('standard output', identityOf(fstatSync(STDOUT, { bigint: true })), request)
  return openStdout()
}

/** A pipe or a device is written to as it is; it cannot be replaced. */
async function deviceSink(path: string, stat: BigIntStats, request: OutputRequest): Promise<ByteSink> {
  if (stat.isBlockDevice() && !force(request)) throw existsError(path)
  if (stat.isFIFO()) return new StreamSink(await openFifo(path, 'w', request.context.signal), path)
  const fd = attempt('open', path, () => openSync(path, 'w'))
  if (request.compressed && isTerminal(fd)) throw terminalError()
  return new StreamSink(createWriteStream(path, { fd }), path)
}

/** Follows a link to the file behind it, which may be missing, so that the link itself stays. */
function targetOf(path: string, links = 0): string {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isSymbolicLink() !== true || links > MAX_LINKS) return path
  if (existsSync(path)) return realpathSync(path)
  return targetOf(resolve(realpathSync(dirname(path)), readlinkSync(path)), links + 1)
}

/** Nobody may more with an output than with what went into it. */
export function accessesOf({ inputs }: OutputRequest): Access[] {
  return inputs.flatMap(({ access }) => access ?? [])
}

function fileSink(path: string, request: OutputRequest): ByteSink {
  const options = {
    overwrite: force(request),
    like: request.like,
    within: accessesOf(request),
    ...(request.compressed && { beforeReplace: replacing(lockOptions(request.context)) }),
  }
  const sink = new FileSink(
    attempt('create', path, () => targetOf(path)),
    options,
  )
  return discardedAtExit(sink)
}

/** If the process ends before the sink is finished, nothing of it stays. */
export function discardedAtExit<T extends { discard(): void }>(sink: T): T {
  beforeEnd(() => sink.discard())
  return sink
}

async function remoteSink(argument: string, request: OutputRequest): Promise<ByteSink | undefined> {
  if (schemeOf(argument) === undefined) return undefined
  checkNotInput(argument, remoteIdentity(argument), request)
  // What an interrupted run leaves in a store nobody sees, so it is given the time to take it away.
  request.context.protect()
  return openRemoteSink(argument, { ...placeSettings(request.context), overwrite: force(request) })
}

/**
 * Opens an output: a file that appears when it is whole, a device or pipe, an object, or `-`.
 * @throws BlpkError EXISTS, SAME_FILE, USAGE, NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openOutput(argument: string, request: OutputRequest): Promise<ByteSink> {
  if (isDash(argument)) return stdoutSink(request)
  const remote = await remoteSink(argument, request)
  if (remote !== undefined) return remote
  const stat = attempt('write', argument, () => statSync(argument, { bigint: true, throwIfNoEntry: false }))
  checkNotInput(argument, identityOf(stat), request)
  if (stat === undefined) return fileSink(argument, request)
  if (stat.isDirectory()) {
    throw new BlpkError('IO', `cannot write '${argument}': it is a directory`, { path: argument })
  }
  if (!stat.isFile()) return deviceSink(argument, stat, request)
  if (!force(request)) throw existsError(argument)
  return fileSink(argument, request)
}

/** @throws BlpkError USAGE where the result would be printed among the data */
export function refuseMixedOutput(context: Context, ...outputs: readonly (string | undefined)[]): void {
  const dashes = outputs.filter((output) => output !== undefined && isDash(output)).length
  if (dashes > 1) throw usage('only one output can be standard output')
  if (dashes === 1 && context.options.json === true) {
    throw usage('--json prints on standard output, where the data go: name an output file')
  }
}
