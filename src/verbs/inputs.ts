// Opens what the verbs read: whatever has a name, and what a program has at hand.

import type { ByteSource } from '../bytes/byte-source.js'
import { placeName } from '../core/place-name.js'
import { lookAt } from '../disk/look.js'
import type { Access } from '../disk/modes.js'
import { openSnapshot, type ReadOptions } from '../disk/read-archive.js'
import { findMutable } from '../format/registry.js'
import { openSource, type Readable } from '../places/open.js'
import { openRemoteSource, placeOf, schemeOf } from '../places/registry.js'
import { AbortableSource } from '../sources/abortable.js'
import { type OpenedPath, openDescriptor, openPath, type PathOptions } from '../sources/path.js'
import type { PlaceSettings } from '../store/settings.js'

export type { ReadOptions }

/** What the process has open already, such as standard input. */
export interface Descriptor {
  fd: number
  /** For messages. */
  name: string
}

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
  /** Its mode and times, if it is a regular file with a name. */
  like: Like | undefined
  /** Who may do what with it, if it is a regular file. */
  access?: Access
}

/** The path of a directory; undefined for all else. */
export function directoryOf(from: unknown): string | undefined {
  const path = typeof from === 'string' || from instanceof URL ? placeName(from) : undefined
  if (path === undefined || path === '' || schemeOf(path) !== undefined) return undefined
  return lookAt(path)?.isDirectory() === true ? path : undefined
}

function inputOf(opened: OpenedPath, signal: AbortSignal | undefined): Omit<Input, 'like'> {
  const { source, stat, identity, isPlainFile } = opened
  // What is a stream waits by itself, and hears the signal.
  const abortable = isPlainFile && signal !== undefined ? new AbortableSource(source, signal) : source
  return { source: abortable, identity, ...(stat.isFile() && { access: stat }) }
}

/**
 * Opens an input: a regular file, or anything else that has a name, an object, an address, a descriptor, bytes, a stream.
 * @param openFile opens one that is a regular file, if that is not done as for any file
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, INTERRUPTED
 */
export async function openInput(
  from: Readable | Descriptor,
  settings: PlaceSettings = {},
  openFile?: PathOptions['openFile'],
): Promise<Input> {
  const { signal } = settings
  if (typeof from === 'object' && 'fd' in from && !('read' in from))
    return { ...inputOf(await openDescriptor(from.fd, from.name, signal), signal), like: undefined }
  if (typeof from !== 'string' && !(from instanceof URL))
    return { source: await openSource(from as Readable, settings), identity: undefined, like: undefined }
  const name = placeName(from)
  const remote = await openRemoteSource(name, settings)
  if (remote !== undefined)
    return { source: remote, identity: placeOf(name)?.identity(name), like: undefined }
  const opened = await openPath(name, { signal, ...(openFile !== undefined && { openFile }) })
  return { ...inputOf(opened, signal), like: opened.isPlainFile ? opened.stat : undefined }
}

/**
 * The same for a container, which is read in the state that it has now, even if others append to it meanwhile.
 * @throws BlpkError as {@link openInput}
 */
export function openArchiveInput(
  from: Readable | Descriptor,
  settings: PlaceSettings & ReadOptions = {},
): Promise<Input> {
  return openInput(from, settings, (path) => openSnapshot(path, findMutable, settings))
}
