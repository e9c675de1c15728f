import { type BigIntStats, createReadStream, fstatSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Access } from '../disk/modes.js'
import { openArchiveFile, type ReadOptions } from '../disk/read-archive.js'
import { BlpkError, usage } from '../errors.js'
import { attempt } from '../io-errors.js'
import { openRemoteSource, schemeOf } from '../places.js'
import type { ByteSource } from '../sources/byte-source.js'
import { FileSource } from '../sources/file.js'
import { openStdin } from '../sources/stdin.js'
import { StreamSource } from '../sources/stream.js'
import { lockOptions } from './codec-flags.js'
import { type Context, placeSettings } from './context.js'
import { isDash } from './dash.js'
import { openFifo } from './fifo.js'
import { PatientSource } from './patient-source.js'
import { isTerminal } from './stdio.js'

const STDIN = 0

/** What an output takes over. */
export interface Like extends Access {
  atime: Date
  mtime: Date
}

/** An input that was opened. */
export interface Input {
  source: ByteSource
  /** What it is, for comparison with the output. */
  identity: string | undefined
  /** Its mode and times, where it is a regular file with a name. */
  like: Like | undefined
  /** Who may do what with it, where it is a regular file. */
  access?: Access
}

/** Tells files apart; undefined where two that look the same need not be. */
export function identityOf(stat: BigIntStats | undefined): string | undefined {
  return stat !== undefined && (stat.isFile() || stat.isFIFO()) ? `${stat.dev}:${stat.ino}` : undefined
}

/** Objects are the same where their names are; addresses are only read. */
export function remoteIdentity(name: string): string | undefined {
  return schemeOf(name) === 's3' ? name.replace(/^s3/i, 's3') : undefined
}

function streamInput(stream: Readable, name: string, signal: AbortSignal): ByteSource {
  // Who waits for a pipe would not see the signal.
  signal.addEventListener('abort', () => stream.destroy(new BlpkError('INTERRUPTED', 'interrupted')))
  return new StreamSource(stream, name)
}

function stdinInput(signal: AbortSignal): Input {
  const stat = fstatSync(STDIN, { bigint: true })
  if (stat.isDirectory()) throw usage('standard input is a directory: name a file, or pipe one in')
  if (!stat.isFile()) {
    const source = openStdin()
    signal.addEventListener('abort', () => process.stdin.destroy(new BlpkError('INTERRUPTED', 'interrupted')))
    return { source, identity: identityOf(stat), like: undefined }
  }
  const access = { mode: Number(stat.mode), gid: Number(stat.gid) }
  return {
    source: new PatientSource(openStdin(), signal),
    identity: identityOf(stat),
    like: undefined,
    access,
  }
}

/**
 * Opens an input: a regular file, or anything else that has a name, an object, an address, or `-`.
 * @param openFile opens one that is a regular file
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openInput(
  argument: string,
  context: Context,
  openFile: (path: string) => ByteSource | Promise<ByteSource> = (path) => new FileSource(path),
): Promise<Input> {
  const { signal } = context
  if (isDash(argument)) return stdinInput(signal)
  const remote = await openRemoteSource(argument, placeSettings(context))
  if (remote !== undefined) return { source: remote, identity: remoteIdentity(argument), like: undefined }
  const like = attempt('open', argument, () => statSync(argument))
  const identity = identityOf(statSync(argument, { bigint: true }))
  if (like.isFile() || like.isDirectory()) {
    const file = like.isFile() ? await openFile(argument) : new FileSource(argument)
    return { source: new PatientSource(file, signal), identity, like, access: like }
  }
  const stream = like.isFIFO() ? await openFifo(argument, 'r', signal) : createReadStream(argument)
  return { source: streamInput(stream, argument, signal), identity, like: undefined }
}

/**
 * The same for an archive, which nobody types at a terminal. It is read in the state that it has now, even if
 * others append to it meanwhile.
 */
export function openArchiveInput(
  argument: string,
  context: Context,
  options: ReadOptions = {},
): Promise<Input> {
  if (isDash(argument) && isTerminal(STDIN)) {
    throw usage('standard input is a terminal: name an archive, or pipe one in')
  }
  const { onNote } = lockOptions(context)
  const all = { signal: context.signal, ...(onNote !== undefined && { onNote }), ...options }
  return openInput(argument, context, (path) => openArchiveFile(path, all))
}
