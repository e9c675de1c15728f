import type { ByteSource } from '../bytes/byte-source.js'
import { usage } from '../core/errors.js'
import type { Access } from '../disk/modes.js'
import type { ReadOptions } from '../disk/read-archive.js'
import { openRemoteSource, schemeOf } from '../places/registry.js'
import { type OpenedPath, openDescriptor, openPath, type PathOptions } from '../sources/path.js'
import { openArchiveFile } from '../verbs/open.js'
import { type Context, placeSettings } from './context.js'
import { isDash } from './dash.js'
import { lockOptions } from './flags/codec-flags.js'
import { PatientSource } from './patient-source.js'
import { isTerminal } from './view/stdio.js'

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

/** Objects are the same where their names are; addresses are only read. */
export function remoteIdentity(name: string): string | undefined {
  return schemeOf(name) === 's3' ? name.replace(/^s3/i, 's3') : undefined
}

function inputOf(opened: OpenedPath, signal: AbortSignal): Omit<Input, 'like'> {
  const { source, stat, identity, isPlainFile } = opened
  // What is a stream waits by itself, and hears the signal.
  const patient = isPlainFile ? new PatientSource(source, signal) : source
  return { source: patient, identity, ...(stat.isFile() && { access: stat }) }
}

/**
 * Opens an input: a regular file, or anything else that has a name, an object, an address, or `-`.
 * @param openFile opens one that is a regular file, where that is not done as for any file
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, INTERRUPTED
 */
export async function openInput(
  argument: string,
  context: Context,
  openFile?: PathOptions['openFile'],
): Promise<Input> {
  const { signal } = context
  if (isDash(argument))
    return { ...inputOf(await openDescriptor(STDIN, 'standard input', signal), signal), like: undefined }
  const remote = await openRemoteSource(argument, placeSettings(context))
  if (remote !== undefined) return { source: remote, identity: remoteIdentity(argument), like: undefined }
  const opened = await openPath(argument, { signal, ...(openFile !== undefined && { openFile }) })
  return { ...inputOf(opened, signal), like: opened.isPlainFile ? opened.stat : undefined }
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
