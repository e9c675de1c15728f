// Opens whatever has a path: files, pipes, devices, descriptors.

import { type BigIntStats, createReadStream, fstatSync, openSync, type Stats, statSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError, usage } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { descriptorNamed, isInnerPipe } from '../disk/descriptors.js'
import { lookClosely } from '../disk/look.js'
import { openFifo } from './fifo.js'
import { FileSource } from './file.js'
import { StreamSource } from './stream.js'
import { mayLieAboutSize, openUnsized } from './unsized.js'

/** How something with a path is opened. */
export interface PathOptions {
  signal?: AbortSignal | undefined
  /** Opens what is a regular file, such as an archive; a file like any other by default. */
  openFile?: (path: string) => ByteSource | Promise<ByteSource>
}

/** What has a path, open for reading. */
export interface OpenedPath {
  source: ByteSource
  stat: Stats
  /** Of {@link identityOf}. */
  identity: string | undefined
  /** Is it a file whose size, mode and times mean something? */
  isPlainFile: boolean
}

/** Tells files apart; undefined where two that look the same need not be. */
export function identityOf(stat: BigIntStats | undefined): string | undefined {
  return stat !== undefined && (stat.isFile() || stat.isFIFO()) ? `${stat.dev}:${stat.ino}` : undefined
}

function streamSource(stream: Readable, name: string, signal?: AbortSignal): ByteSource {
  // Who waits for a pipe would not see the signal.
  signal?.addEventListener('abort', () => stream.destroy(new BlpkError('INTERRUPTED', 'interrupted')))
  return new StreamSource(stream, name)
}

/**
 * Opens a descriptor for reading; it stays open. At a file it is read from wherever it stands, or from the start where
 * the file has a size.
 * @param name for messages
 * @throws BlpkError USAGE for a directory, IO
 */
export async function openDescriptor(fd: number, name: string, signal?: AbortSignal): Promise<OpenedPath> {
  const stat = attempt('read', name, () => fstatSync(fd))
  const identity = identityOf(fstatSync(fd, { bigint: true }))
  if (isInnerPipe(fd))
    throw new BlpkError('IO', `cannot read '${name}': it is not open for that`, { path: name })
  if (stat.isDirectory()) throw usage(`${name} is a directory: name a file, or pipe one in`)
  if (stat.isFile()) {
    const isPlainFile = !mayLieAboutSize(stat)
    const source = isPlainFile ? new FileSource(name, fd) : await openUnsized(fd, name, false, signal)
    return { source, stat, identity, isPlainFile }
  }
  const source = streamSource(await streamOf(fd, stat, signal), name, signal)
  return { source, stat, identity, isPlainFile: false }
}

async function streamOf(fd: number, stat: Stats, signal?: AbortSignal): Promise<Readable> {
  if (fd === 0) return process.stdin
  if (stat.isFIFO()) return openFifo(`/dev/fd/${fd}`, 'r', signal)
  if (stat.isSocket()) return new Socket({ fd, readable: true, writable: false })
  return createReadStream('', { fd, autoClose: false })
}

type Opened = Omit<OpenedPath, 'identity'>

async function openRegular(path: string, stat: Stats, o: PathOptions): Promise<Opened> {
  const { openFile = (name: string) => new FileSource(name), signal } = o
  // An archive of few bytes is opened as one, and what is really empty too.
  if (mayLieAboutSize(stat) && (o.openFile === undefined || stat.size === 0)) {
    const fd = attempt('open', path, () => openSync(path, 'r'))
    const source = await openUnsized(fd, path, true, signal)
    if (source.size !== 0) return { source, stat, isPlainFile: source.size === stat.size }
    await source.close()
  }
  return { source: await openFile(path), stat, isPlainFile: true }
}

/**
 * Opens whatever has a path: a regular file; one whose size nobody knows, a pipe, a device or a descriptor
 * (`/dev/fd/3`) as the streams that they are.
 * @throws BlpkError NOT_FOUND, IO, INTERRUPTED
 */
export async function openPath(path: string, o: PathOptions = {}): Promise<OpenedPath> {
  const { signal } = o
  const named = attempt('open', path, () => descriptorNamed(path))
  if (named !== undefined && named !== 'foreign') return openDescriptor(named.fd, path, signal)
  const stat = attempt('open', path, () => statSync(path))
  const identity = identityOf(lookClosely(path))
  return { ...(await openByKind(path, stat, o)), identity }
}

async function openByKind(path: string, stat: Stats, o: PathOptions): Promise<Opened> {
  const { signal } = o
  if (stat.isFile()) return openRegular(path, stat, o)
  if (stat.isDirectory()) return { source: new FileSource(path), stat, isPlainFile: false }
  if (stat.isSocket()) throw new BlpkError('IO', `cannot read '${path}': it is a socket`, { path })
  const stream = stat.isFIFO() ? await openFifo(path, 'r', signal) : createReadStream(path)
  return { source: streamSource(stream, path, signal), stat, isPlainFile: false }
}
