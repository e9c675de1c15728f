import { encodeChunk2 } from '../../format/chunk2/encode.js'
import type { Chunk2Params } from '../../format/chunk2/params.js'
import type { Workspace } from '../../kernels/workspace.js'
import { Turns } from '../in-order.js'
import type { RunOptions } from '../options.js'
import type { FrameSink } from './frame-sink.js'

/** A chunk to be packed; its bytes may be used until the next one is asked for. */
export interface PlainChunk {
  /** Where it stands in the frame. */
  index: number
  plain: Uint8Array
}

/**
 * Packs chunks one after another and writes each as soon as it is packed.
 * @param total plain bytes that are going to come, where it is known
 * @returns plain bytes of all chunks
 */
export async function packChunks(
  ws: Workspace,
  params: Chunk2Params,
  chunks: AsyncIterable<PlainChunk>,
  sink: FrameSink,
  o: RunOptions & { total?: number | undefined },
): Promise<number> {
  const { signal, onProgress, total } = o
  const turns = new Turns()
  let plain = 0
  let packed = 0
  for await (const chunk of chunks) {
    await turns.rest()
    signal?.throwIfAborted()
    const bytes = await encodeChunk2(ws, params, chunk.plain)
    await sink.put(chunk.index, bytes)
    plain += chunk.plain.length
    packed += bytes.length
    onProgress?.({ plain, packed, ...(total !== undefined && { total }) })
  }
  return plain
}
