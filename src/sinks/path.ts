// Opens any output path: files, pipes, devices, descriptors.

import { createWriteStream, openSync, type Stats, statSync } from 'node:fs'
import type { ByteSink } from '../bytes/byte-sink.js'
import { BlpkError } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { descriptorNamed } from '../disk/descriptors.js'
import { followLinks, resolvedPath } from '../disk/links.js'
import { existsError, FileSink, type FileSinkOptions } from '../disk/new-file.js'
import { openFifo } from '../sources/fifo.js'
import { openDescriptorSink } from './stdout.js'
import { StreamSink } from './stream.js'

/** The target of an output's name. */
export type OutputPlace =
  | { kind: 'descriptor'; fd: number }
  /** A pipe, a device, or a file that another process has open: it is written in place. */
  | { kind: 'device'; stat: Stats }
  | { kind: 'directory' }
  /** An existing file, or a free name. @param target the path after all links, so that links are kept */
  | { kind: 'file'; target: string; stat: Stats | undefined }

/** Looks up the name of an output. @throws BlpkError IO, NOT_FOUND, USAGE */
export function outputPlace(path: string): OutputPlace {
  return attempt('write', path, () => {
    const named = descriptorNamed(path)
    if (named !== undefined && named !== 'foreign') return { kind: 'descriptor', fd: named.fd }
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return { kind: 'file', target: followLinks(path), stat }
    if (stat.isDirectory()) return { kind: 'directory' }
    if (named === 'foreign' || !stat.isFile()) return { kind: 'device', stat }
    return { kind: 'file', target: resolvedPath(path), stat }
  })
}

/** How an output is opened. */
export interface PathSinkOptions extends FileSinkOptions {
  signal?: AbortSignal | undefined
  /** Called with the descriptor of a device before anything is written to it. */
  onDevice?: (fd: number) => void
}

async function openDevice(path: string, stat: Stats, o: PathSinkOptions): Promise<ByteSink> {
  const replaces = stat.isBlockDevice() || stat.isFile()
  if (replaces && o.overwrite !== true) throw existsError(path)
  if (stat.isSocket()) throw new BlpkError('IO', `cannot write '${path}': it is a socket`, { path })
  if (stat.isFIFO()) return new StreamSink(await openFifo(path, 'w', o.signal), path)
  const fd = attempt('open', path, () => openSync(path, 'w'))
  o.onDevice?.(fd)
  return new StreamSink(createWriteStream(path, { fd }), path)
}

/**
 * Opens a path for writing: a file that appears when it is complete; streams and devices are written in
 * place.
 * @throws BlpkError EXISTS, NOT_FOUND, IO, INTERRUPTED
 */
export async function openPlaceSink(
  path: string,
  place: OutputPlace,
  o: PathSinkOptions = {},
): Promise<ByteSink> {
  switch (place.kind) {
    case 'descriptor':
      return openDescriptorSink(place.fd, path)
    case 'device':
      return openDevice(path, place.stat, o)
    case 'directory':
      throw new BlpkError('IO', `cannot write '${path}': it is a directory`, { path })
    default:
      if (place.stat !== undefined && o.overwrite !== true) throw existsError(path)
      return new FileSink(place.target, o)
  }
}

/** Decides by the name only. */
export async function openPathSink(path: string, o: PathSinkOptions = {}): Promise<ByteSink> {
  return openPlaceSink(path, outputPlace(path), o)
}
