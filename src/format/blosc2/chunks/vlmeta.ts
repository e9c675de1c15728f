// Decompresses variable-length metalayers.

import { MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { damaged } from '../../../core/errors.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import type { Workspace } from '../../../kernels/workspace.js'
import type { Layers } from '../../frame/layers.js'

/** Maximum plain size of a variable-length metalayer, in bytes. */
const MAX_PLAIN = 2 ** 30

/**
 * Decompresses a variable-length metalayer, which is a Blosc2 chunk.
 * @throws BlpkError DAMAGED, UNSUPPORTED
 */
export async function readLayer(ws: Workspace, name: string, bytes: Uint8Array): Promise<Uint8Array> {
  const chunk = await OpenChunk.open(ws, new MemoryChunk(bytes), {
    itemBytes: 1,
    schunk: loneChunk(1, 0),
  })
  if (chunk.header.nbytes > MAX_PLAIN)
    throw damaged(`the metalayer '${name}' claims ${chunk.header.nbytes} bytes`)
  const plain = new Uint8Array(chunk.header.nbytes)
  await chunk.all(plain)
  return plain
}

/** Decompresses the contents of variable-length metalayers. @throws BlpkError DAMAGED, UNSUPPORTED */
export async function readVlmeta(ws: Workspace, packed: Layers): Promise<Layers> {
  const layers: Layers = new Map()
  for (const [name, bytes] of packed) layers.set(name, await readLayer(ws, name, bytes))
  return layers
}
