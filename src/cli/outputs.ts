import { fstatSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteSink } from '../bytes/byte-sink.js'
import { BlpkError, usage } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { knownByName } from '../core/known-files.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { lookClosely } from '../disk/look.js'
import type { Access } from '../disk/modes.js'
import { replacing, replacingDirectory } from '../disk/replace.js'
import type { DirectoryRules, Output } from '../format/output.js'
import { findMutable } from '../format/registry.js'
import { openRemoteSink, openRemoteSource, placeOf } from '../places/registry.js'
import type { DirectorySink } from '../sinks/directory.js'
import { openPlaceSink, outputPlace, type PathSinkOptions } from '../sinks/path.js'
import type { Content } from '../sinks/replaceable.js'
import { openStdout } from '../sinks/stdout.js'
import { identityOf } from '../sources/path.js'
import type { Input, Like } from '../verbs/inputs.js'
import { extensionsText, formatOfName } from './archive-name.js'
import { type Context, placeSettings } from './context.js'
import { isDash } from './dash.js'
import { lockOptions } from './flags/codec-flags.js'
import { beforeEnd } from './last-steps.js'
import { isTerminal } from './view/stdio.js'

const STDOUT = 1
const NPY = knownByName('.npy')?.what

/** What is asked of an output. */
export interface OutputRequest {
  context: Context
  /** Compressed bytes, which no terminal can show. */
  compressed: boolean
  /** A `.npy` file. */
  npy?: boolean
  /** What is written whatever the output is called, of compressed bytes. */
  container?: 'bloscpack' | 'frame'
  /** Metadata, which are written as text. */
  metadata?: boolean
  /** The inputs, none of which may be the output. */
  inputs: readonly Input[]
  /** Mode and times for it. */
  like?: Like | undefined
}

function force(request: OutputRequest): boolean {
  return request.context.options.force === true
}

function contentOf({ compressed, metadata }: OutputRequest): Content {
  return compressed ? 'archive' : metadata === true ? 'metadata' : 'plain'
}

/**
 * A name that ends like another kind of file would promise what is not written.
 * @throws BlpkError USAGE
 */
export function checkPromise(argument: string, { compressed, npy, container, context }: OutputRequest): void {
  if (!compressed && npy !== true) return
  checkContainer(argument, container)
  const promised = knownByName(argument)?.what ?? (npy === true ? archiveByName(argument) : undefined)
  if (promised === undefined || context.options.format !== undefined) return
  if (npy === true && promised === NPY) return
  const written = npy === true ? 'a .npy file' : 'an archive'
  const way = npy === true ? 'name it .npy, or use --raw to write plain bytes' : `name it ${extensionsText()}`
  throw usage(`'${argument}' would be ${promised} by its name, but ${written} is written: ${way}`)
}

/** @throws BlpkError USAGE where the name is that of the other container */
function checkContainer(argument: string, container: OutputRequest['container']): void {
  const named = container === undefined ? undefined : formatOfName(argument)?.id
  if (named === undefined || (named === 'blp') === (container === 'bloscpack')) return
  const [written, other, names] =
    container === 'bloscpack'
      ? ['a Bloscpack archive', 'a Blosc2 frame', '.blp']
      : ['a Blosc2 frame', 'a Bloscpack archive', '.b2frame or .b2nd']
  throw usage(
    `'${argument}' would be ${other} by its name, but ${written} is written: ` +
      `name it ${names} (blpk convert makes ${other} of it)`,
  )
}

function archiveByName(name: string): string | undefined {
  return formatOfName(name) === undefined ? undefined : 'an archive'
}

/** @throws BlpkError USAGE */
function refuseTerminal(fd: number, { compressed }: OutputRequest): void {
  if (compressed && isTerminal(fd))
    throw usage('compressed bytes are not written to a terminal: name an output file, or redirect it')
}

function descriptorIdentity(fd: number, name: string): string | undefined {
  return identityOf(attempt('write', name, () => fstatSync(fd, { bigint: true })))
}

/** @throws BlpkError SAME_FILE */
function checkNotInput(path: string, identity: string | undefined, request: OutputRequest): void {
  if (identity === undefined || !request.inputs.some((input) => input.identity === identity)) return
  throw new BlpkError('SAME_FILE', `input and output are the same file: '${path}'`, { path })
}

function stdoutSink(request: OutputRequest): ByteSink {
  refuseTerminal(STDOUT, request)
  checkNotInput('standard output', descriptorIdentity(STDOUT, 'standard output'), request)
  return openStdout()
}

/** Nobody may more with an output than with what went into it. */
function accessesOf({ inputs }: OutputRequest): Access[] {
  return inputs.flatMap(({ access }) => access ?? [])
}

function sinkOptions(request: OutputRequest): PathSinkOptions {
  return {
    signal: request.context.signal,
    overwrite: force(request),
    like: request.like,
    within: accessesOf(request),
    ...(request.compressed && { beforeReplace: replacing(findMutable, lockOptions(request.context)) }),
    onDevice: (fd) => refuseTerminal(fd, request),
  }
}

/** If the process ends before the sink is finished, nothing of it stays. */
function discardedAtExit<T extends { discard(): MaybePromise<void> }>(sink: T): T {
  beforeEnd(() => void sink.discard())
  return sink
}

async function remoteSink(argument: string, request: OutputRequest): Promise<ByteSink | undefined> {
  const place = placeOf(argument)
  if (place === undefined) return undefined
  checkNotInput(argument, place.identity(argument), request)
  // What an interrupted run leaves in a store nobody sees, so it is given the time to take it away.
  request.context.protect()
  if (force(request)) {
    const { checkReplaceablePlace } = await import('../sinks/replaceable.js')
    const open = () => openRemoteSource(argument, placeSettings(request.context))
    await checkReplaceablePlace(open, contentOf(request))
  }
  checkPromise(argument, request)
  return openRemoteSink(argument, { ...placeSettings(request.context), overwrite: force(request) })
}

/** @throws BlpkError EXISTS where the file that would be replaced is of another kind */
async function checkReplaced(path: string, request: OutputRequest): Promise<void> {
  if (!force(request)) return
  // Loaded when it is needed.
  const { checkReplaceableFile } = await import('../sinks/replaceable.js')
  await checkReplaceableFile(path, contentOf(request))
}

/**
 * Opens an output: a file that appears when it is whole, a device or pipe, an object, or `-`.
 * @throws BlpkError EXISTS, SAME_FILE, USAGE, NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openOutput(argument: string, request: OutputRequest): Promise<ByteSink> {
  if (isDash(argument)) return stdoutSink(request)
  const remote = await remoteSink(argument, request)
  if (remote !== undefined) return remote
  const place = outputPlace(argument)
  if (place.kind === 'descriptor') {
    refuseTerminal(place.fd, request)
    checkNotInput(argument, descriptorIdentity(place.fd, argument), request)
  } else {
    const stat = lookClosely(argument)
    checkNotInput(argument, identityOf(stat), request)
  }
  if (place.kind === 'file') {
    await checkReplaced(argument, request)
    checkPromise(argument, request)
  }
  const sink = await openPlaceSink(argument, place, sinkOptions(request))
  return place.kind === 'file' ? discardedAtExit(sink) : sink
}

function mayBeDirectory(path: string): boolean {
  const { kind } = outputPlace(path)
  return kind === 'directory' || kind === 'file'
}

/** @throws BlpkError EXISTS, SAME_FILE, USAGE, NOT_FOUND, IO */
async function openDirectory(
  argument: string,
  rules: DirectoryRules,
  request: OutputRequest,
): Promise<DirectorySink> {
  if (isDash(argument) || placeOf(argument) !== undefined || !mayBeDirectory(argument))
    throw usage(
      'a sparse frame is a directory, which only file systems have: name one, or leave out --sparse',
    )
  checkPromise(argument, request)
  const there = lookClosely(argument)
  checkNotInput(argument, identityOf(there), request)
  if (there?.isDirectory() === true && rules.example !== undefined)
    checkNotInput(argument, identityOf(lookClosely(join(argument, rules.example))), request)
  const { like, context } = request
  // Loaded when it is needed.
  const { DirectorySink } = await import('../sinks/directory.js')
  const sink = new DirectorySink(argument, {
    ...rules,
    overwrite: force(request),
    like,
    within: accessesOf(request),
    beforeReplace: replacingDirectory(lockOptions(context)),
  })
  return discardedAtExit(sink)
}

/** An output, which is opened when it is needed. */
export function outputOf(argument: string, request: OutputRequest): Output {
  return {
    name: argument,
    bytes: () => openOutput(argument, request),
    directory: (rules) => openDirectory(argument, rules, request),
  }
}

/** @throws BlpkError USAGE where the result would be printed among the data */
export function refuseMixedOutput(context: Context, ...outputs: readonly (string | undefined)[]): void {
  const dashes = outputs.filter((output) => output !== undefined && isDash(output)).length
  if (dashes > 1) throw usage('only one output can be standard output')
  if (dashes === 1 && context.options.json === true) {
    throw usage('--json prints on standard output, where the data go: name an output file')
  }
}
