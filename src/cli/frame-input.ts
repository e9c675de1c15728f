import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadOptions } from '../disk/read-archive.js'
import { SPARSE_FRAME_NAME } from '../engine/blosc2/frame-file.js'
import { containerOf } from '../engine/container.js'
import { looksLikeTrailerEnd, TRAILER_END_BYTES } from '../format/frame/trailer.js'
import type { ByteSource } from '../sources/byte-source.js'
import type { Context } from './context.js'
import { isDash } from './dash.js'
import { type Input, openArchiveInput } from './inputs.js'

/** An input that may be a frame, and for a sparse one the directory that was named. */
export interface FrameInput extends Input {
  directory?: string
}

/** Opens an archive or a frame; a directory is taken for a sparse frame. */
export async function openFrameInput(
  argument: string,
  context: Context,
  options: ReadOptions = {},
): Promise<FrameInput> {
  const isDirectory =
    !isDash(argument) && statSync(argument, { throwIfNoEntry: false })?.isDirectory() === true
  if (!isDirectory) return openArchiveInput(argument, context, options)
  const input = await openArchiveInput(join(argument, SPARSE_FRAME_NAME), context, options)
  return { ...input, directory: argument }
}

/** Does this hold a Blosc2 frame? Where the first bytes are those of nothing known, the last ones may tell. */
export async function isFrame(source: ByteSource): Promise<boolean> {
  const { size } = source
  if (!source.seekable || size === undefined) return false
  const container = await containerOf(source)
  if (container !== undefined || size < TRAILER_END_BYTES) return container === 'frame'
  const end = new Uint8Array(TRAILER_END_BYTES)
  await source.read(size - end.length, end)
  return looksLikeTrailerEnd(end)
}
