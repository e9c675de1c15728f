// Our chunks, made as a run makes them, without a container around them.

import { encodeChunk } from '../../../dist/chunk/blosc1/encode.js'
import { encodeBlosc2ChunkInto, maxBlosc2ChunkBytes } from '../../../dist/chunk/blosc2/encode.js'
import { codecByName } from '../../../dist/codecs/registry.js'
import { loneChunk } from '../../../dist/core/schunk-traits.js'
import { resolveParams } from '../../../dist/format/chunks/cparams.js'
import { Workspace } from '../../../dist/kernels/workspace.js'
import { MIB } from '../corpus/data-set.js'
import type { ChunkSetting } from '../peer.js'
import { HEADER_BYTES, type PackedChunk } from './packed-chunk.js'

const ws = new Workspace()
/** Chunks are made in the arena, as in a run. */
const room = maxBlosc2ChunkBytes(MIB)
const [source, target] = [ws.arena.alloc(MIB), ws.arena.alloc(room)]

function encode(setting: ChunkSetting, typesize: number, plain: Uint8Array): Promise<number> {
  const { codec, level, shuffle, blockSize } = setting
  const out = ws.view(target, room)
  if (setting.format === 'blosc1')
    return encodeChunk(ws, { codec: codecByName(codec), level, shuffle, typesize }, plain, out)
  const options = { codec, level, shuffle, blockSize, splitMode: 'forward-compat' as const }
  const params = resolveParams(options, { schunk: loneChunk(typesize, plain.length) })
  return encodeBlosc2ChunkInto(ws, params, plain, out)
}

/** What the bytes become with this setting. */
export async function ourChunk(
  setting: ChunkSetting,
  typesize: number,
  data: Uint8Array,
): Promise<PackedChunk> {
  const nbytes = Math.min(setting.most, data.length)
  const plain = ws.view(source, nbytes)
  plain.set(data.subarray(0, nbytes))
  const cbytes = await encode(setting, typesize, plain)
  return { nbytes: cbytes, header: ws.view(target, Math.min(cbytes, HEADER_BYTES)).slice() }
}
