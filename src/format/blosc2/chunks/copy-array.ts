// Copies the chunks of an array in another container to an array of Blosc2.

import { product } from '../../../array/geometry.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { ArrayChunkStream } from '../../array-chunk-stream.js'
import { takeArrayChunks } from '../../chunks/copy-array-chunks.js'
import { B2ND_LAYER, formatB2nd } from '../../frame/array-layer.js'
import type { CopyOptions, CopyResult } from './copy-chunks.js'
import { FrameSink } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'

/**
 * Copies all chunks.
 * @throws BlpkError DAMAGED, CHECKSUM, …; no output is left then
 */
export async function copyArray(
  stream: ArrayChunkStream,
  output: FrameOutput,
  o: CopyOptions,
): Promise<CopyResult> {
  const { partition, dtype, nchunks, itemBytes, header: like } = stream
  const meta = new Map([[B2ND_LAYER, formatB2nd({ ...partition, dtype })]])
  const header = { ...like, hasVlmeta: false, meta }
  const { chunksize } = header
  const frame = new FrameSink(new Workspace(), output, header, o.checksum)
  try {
    await frame.begin()
    const copied = await takeArrayChunks(stream, o, async ({ index, content }) => {
      if (typeof content === 'string') await frame.putSpecial(index, content, chunksize)
      else await frame.put(index, content)
      return true
    })
    const totals = await frame.finish(nchunks * chunksize, o.vlmeta)
    return { ...totals, nbytes: product(partition.shape) * itemBytes, copied }
  } catch (error) {
    await frame.abort()
    throw error
  }
}
