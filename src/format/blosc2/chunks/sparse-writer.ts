// Writes the chunks of a super-chunk as a sparse frame.

import type { Workspace } from '../../../kernels/workspace.js'
import { type SparseOptions, SparseTarget } from './frame-target.js'
import { type FrameParts, layFrame } from './frame-writer.js'

/**
 * Writes existing chunks as a sparse frame.
 * @returns the size of all files, in bytes
 * @throws BlpkError EXISTS, also for a directory with other content; NOT_FOUND, IO, NO_SPACE
 */
export async function writeSparse(
  ws: Workspace,
  parts: FrameParts,
  path: string,
  options: SparseOptions,
): Promise<number> {
  const target = SparseTarget.at(path, options)
  try {
    const { pieces, files } = await layFrame(ws, { ...parts, sparse: true })
    for await (const { number, chunk } of files()) await target.put(number, chunk)
    await target.finishWith(pieces())
  } catch (error) {
    target.discard()
    throw error
  }
  return target.size
}
