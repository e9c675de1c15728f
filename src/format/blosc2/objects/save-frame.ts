// Saves a super-chunk as a frame, in memory or to a place.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { FilePlace } from '../../../bytes/file-place.js'
import { usage } from '../../../core/errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import type { LockOptions } from '../../../disk/changing-file.js'
import type { Access } from '../../../disk/modes.js'
import { replacing } from '../../../disk/replace.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { openSink } from '../../../places/open.js'
import { schemeOf } from '../../../places/registry.js'
import type { SinkSettings } from '../../../store/settings.js'
import { FrameSink } from '../chunks/frame-sink.js'
import { type FrameParts, layFrame } from '../chunks/frame-writer.js'
import { writeSparse } from '../chunks/sparse-writer.js'
import { findMutable } from '../mutable.js'
import { type ChunkPacker, pieces } from './chunk-packer.js'

/** Options of saving a frame. */
export interface SaveOptions extends SinkSettings, LockOptions {
  /** Write a directory with a file for each chunk (README_SFRAME_FORMAT) instead of one file. */
  sparse?: boolean
}

/** A place for a frame. If it replaces another one, it waits for changes of that. */
export function openFrameSink(
  place: PlaceName,
  options: Omit<SaveOptions, 'sparse'> & { within?: readonly Access[] } = {},
): Promise<ByteSink> {
  const path = placeName(place)
  return openSink(path, { ...options, content: 'archive', beforeReplace: replacing(findMutable, options) })
}

/** Lays out a frame and writes it. @returns its size, in bytes */
export async function writeFrame(ws: Workspace, parts: FrameParts, sink: ByteSink): Promise<number> {
  try {
    const { frameBytes, pieces } = await layFrame(ws, parts)
    sink.expect?.({ front: 0, most: frameBytes })
    for await (const piece of pieces()) await sink.write(piece)
    await sink.commit()
    return frameBytes
  } catch (error) {
    await sink.discard()
    throw error
  }
}

/** Writes a frame to a place. @returns its size, in bytes */
export async function saveFrame(
  ws: Workspace,
  parts: () => FrameParts,
  path: string,
  { sparse = false, ...options }: SaveOptions & { within?: readonly Access[] },
): Promise<number> {
  if (!sparse) return writeFrame(ws, parts(), await openFrameSink(path, options))
  if (schemeOf(path) !== undefined) throw usage('a sparse frame is a directory, so it needs a file system')
  return writeSparse(ws, parts(), path, options)
}

/**
 * Writes these values as an empty super-chunk's content, chunk by chunk, so that they are never in memory
 * together.
 * @returns the size of the frame, in bytes
 */
export async function streamFrame(
  ws: Workspace,
  { header, vlmeta, checksum, chunks: { chunksize } }: FrameParts,
  packer: ChunkPacker,
  values: Uint8Array,
  sink: ByteSink,
): Promise<number> {
  try {
    const frame = new FrameSink(ws, sink, { ...header, chunksize }, checksum)
    const run = pieces(values, chunksize)
    await frame.begin({ nbytes: values.length, nchunks: run.nchunks ?? 0 })
    const take = (packed: Uint8Array, i: number): Promise<FilePlace | undefined> => frame.hand(i, packed)
    await packer.all({ ...run, take }, (i) => i * chunksize)
    return (await frame.finish(values.length, vlmeta)).cbytes
  } catch (error) {
    await sink.discard()
    throw error
  }
}
