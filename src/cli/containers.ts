import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadOptions } from '../disk/read-archive.js'
import { CONTAINER_PEEK_BYTES, containerOf } from '../engine/container.js'
import { schemeOf } from '../places.js'
import { PeekedSource } from '../sources/peeked.js'
import type { Context } from './context.js'
import { isDash } from './dash.js'
import { type Input, openArchiveInput } from './inputs.js'

/** The file inside the directory of a sparse frame; said here once more, so that archives load nothing of Blosc2. */
const SPARSE_FRAME_NAME = 'chunks.b2frame'

/** An archive, frame or array that was opened. */
export interface ContainerInput extends Input {
  /** Is it a Blosc2 frame? Otherwise it is a Bloscpack archive, or nothing that is known. */
  isFrame: boolean
  /** The directory, of a sparse frame. */
  directory?: string
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Is it the directory of a sparse frame? */
export function isSparseFrame(argument: string): boolean {
  if (isDash(argument) || schemeOf(argument) !== undefined || !isDirectory(argument)) return false
  return statSync(join(argument, SPARSE_FRAME_NAME), { throwIfNoEntry: false })?.isFile() === true
}

/**
 * Opens a container, and tells by its first bytes what it is.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK; USAGE for a terminal
 */
export async function openContainer(
  argument: string,
  context: Context,
  options: ReadOptions = {},
): Promise<ContainerInput> {
  if (isSparseFrame(argument)) {
    const input = await openArchiveInput(join(argument, SPARSE_FRAME_NAME), context, options)
    return { ...input, isFrame: true, directory: argument }
  }
  const input = await openArchiveInput(argument, context, options)
  try {
    const source = input.source.seekable
      ? input.source
      : await PeekedSource.open(input.source, CONTAINER_PEEK_BYTES)
    return { ...input, source, isFrame: (await containerOf(source)) === 'frame' }
  } catch (error) {
    await input.source.close()
    throw error
  }
}
