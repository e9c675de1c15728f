import { openFrame } from '../../format/blosc2/chunks/frame-file.js'
import { Workspace } from '../../kernels/workspace.js'
import { holdSource } from '../../sources/held.js'
import { TailSource } from '../../sources/tail.js'
import type { ContainerInput } from '../containers.js'
import { describeChunks, describeFrame, type FrameInfo } from '../view/frame-facts.js'
import { directoryBytes } from '../view/head-frame.js'

/**
 * What `info` says of a frame; of a place over the net front and end are fetched, in two requests.
 * @param wantsChunks each chunk too
 * @param dtype of the items of an array, in place of its own
 */
export async function gatherFrame(
  file: string,
  input: ContainerInput,
  wantsChunks: boolean,
  dtype?: string,
): Promise<FrameInfo> {
  const { source: given, directory } = input
  const held = given.seekable ? undefined : await holdSource(given)
  try {
    const whole = held ?? given
    const source = whole.willRead && whole.size !== undefined ? new TailSource(whole, whole.size) : whole
    const ws = new Workspace()
    const frame = await openFrame(source, ws, { directory })
    const cbytes = directory === undefined ? frame.header.frameBytes : directoryBytes(directory)
    const info = await describeFrame(file, ws, frame, cbytes, dtype)
    return wantsChunks ? { ...info, chunks: await describeChunks(frame) } : info
  } finally {
    await held?.close()
  }
}
