// Opens any input path: files, pipes, devices, descriptors.

import { type BigIntStats, createReadStream, fstatSync, openSync, type Stats, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError, usage } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { net } from '../core/node-modules.js'
import { descriptorNamed, isInnerPipe } from '../disk/descriptors.js'
import { lookClosely } from '../disk/look.js'
import { openFifo } from './fifo.js'
import { FileSource } from './file.js'
import { StreamSource } from './stream.js'
import { mayLieAboutSize, openUnsized } from './unsized.js'

/** How a path is opened. */
export interface PathOptions {
  signal?: AbortSignal | undefined
  /** Opens a regular file, such as an archive. Default: like any other file. */
  openFile?: (path: string) => ByteSource | Promise<ByteSource>
}

/** An open path. */
export interface OpenedPath {
  source: ByteSource
  stat: Stats
  /** As {@link identityOf}. */
  identity: string | undefined
  /** Whether it is a file with meaningful size, mode and times. */
  isPlainFile: boolean
}

/** Identifies the file; undefined if equal values need not mean the same file. */
export function identityOf(stat: BigIntStats | undefined): string | undefined {
  return stat !== undefined && (stat.isFile() || stat.isFIFO()) ? `${stat.dev}:${stat.ino}` : undefined
}

function streamSource(stream: Readable, name: string, signal?: AbortSignal): ByteSource {
  // A process that waits for a pipe would not handle the signal.
  signal?.addEventListener('abort', () => stream.destroy(new BlpkError('INTERRUPTED', 'interrupted')))
  return new StreamSource(stream, name)
}

/**
 * Opens a descriptor for reading; it stays open. A file is read from its current position, or from the start
 * if it has a size.
 * @param name for messages
 * @throws BlpkError USAGE for a directory; IO
 */
export async function openDescriptor(fd: number, name: string, signal?: AbortSignal): Promise<OpenedPath> {
  const stat = attempt('read', name, () => fstatSync(fd))
  const identity = identityOf(fstatSync(fd, { bigint: true }))
  if (isInnerPipe(fd))
    throw new BlpkError('IO', `cannot read '${name}': it is not open for this operation`, { path: name })
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
  if (stat.isSocket()) return new (net().Socket)({ fd, readable: true, writable: false })
  return createReadStream('', { fd, autoClose: false })
}

type Opened = Omit<OpenedPath, 'identity'>

async function openRegular(path: string, stat: Stats, o: PathOptions): Promise<Opened> {
  const { openFile = (name: string) => new FileSource(name), signal } = o
  // Small archives are opened as archives, and empty files too.
  if (mayLieAboutSize(stat) && (o.openFile === undefined || stat.size === 0)) {
    const fd = attempt('open', path, () => openSync(path, 'r'))
    const source = await openUnsized(fd, path, true, signal)
    if (source.size !== 0) return { source, stat, isPlainFile: source.size === stat.size }
    await source.close()
  }
  return { source: await openFile(path), stat, isPlainFile: true }
}

/**
 * Opens any path: a regular file; or as a stream: a file of unknown size, a pipe, a device or a descriptor
 * (`/dev/fd/3`).
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
