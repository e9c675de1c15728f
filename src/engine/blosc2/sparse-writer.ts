import { SPARSE_FRAME_NAME } from '../../format/frame/magic.js'
import type { Workspace } from '../../kernels/workspace.js'
import { DirectorySink } from '../../sinks/directory.js'
import { sparseChunkName } from './frame-file.js'
import { type FrameParts, layFrame } from './frame-writer.js'

/** A sidecar of C-Blosc2, which is no part of the frame. */
const LOCK_NAME = '.b2lock'
const CHUNK_NAME = /^[0-9A-F]{8}\.chunk$/

/**
 * Writes a sparse frame: a directory with a file for each chunk and one for all the rest (README_SFRAME_FORMAT).
 * @returns the size of all files, in bytes
 * @throws BlpkError EXISTS, also for a directory that holds something else; NOT_FOUND, IO, NO_SPACE
 */
export async function writeSparse(
  ws: Workspace,
  parts: FrameParts,
  path: string,
  overwrite: boolean,
): Promise<number> {
  const mayReplace = (name: string): boolean =>
    name === SPARSE_FRAME_NAME || name === LOCK_NAME || CHUNK_NAME.test(name)
  const sink = new DirectorySink(path, { overwrite, mayReplace })
  try {
    const { pieces, files } = await layFrame(ws, { ...parts, sparse: true })
    for await (const { number, chunk } of files()) await sink.write(sparseChunkName(number), [chunk])
    await sink.write(SPARSE_FRAME_NAME, pieces())
  } catch (error) {
    sink.discard()
    throw error
  }
  sink.commit()
  return sink.size
}
