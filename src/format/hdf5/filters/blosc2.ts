// Filter 32026, Blosc2: a whole frame, which holds an array of the chunk's shape, or only its bytes.

import { partition, product, roundUp } from '../../../array/geometry.js'
import { axisRange } from '../../../array/picks.js'
import { axesOf } from '../../../array/runs.js'
import { damaged, unsupported } from '../../../core/errors.js'
import { eachChunk } from '../../chunks/array-reader.js'
import { putPart } from '../../chunks/chunk-part.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, parseB2nd } from '../../frame/array-layer.js'
import type { FrameHeader } from '../../frame/header.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import { type OpenFrame, openFrame } from './blosc2-frame.js'
import { checkFrame } from './frame-checksums.js'
import { checkSize, type Decoder, type Stage } from './stage.js'

/** Blocks and chunks of an array are padded; this bounds how much memory that may take. */
const MOST_PADDING = 64
const LEAST_ROOM = 2 ** 16

function arrayOf({ meta }: FrameHeader, { place }: Stage): B2ndMeta | undefined {
  const own = meta.get(B2ND_LAYER)
  const layer = own ?? meta.get(CATERVA_LAYER)
  return layer === undefined ? undefined : parseB2nd(layer, own === undefined, place)
}

function checkPadding(h: FrameHeader, array: B2ndMeta, { most, place }: Stage): void {
  const blockBytes = product(array.blockshape) * h.typesize
  const padded = array.chunkshape.map((extent, axis) => roundUp(extent, array.blockshape[axis] ?? 1))
  if (h.variableChunks || h.chunksize !== product(padded) * h.typesize || h.nbytes % h.chunksize !== 0)
    throw damaged('the frame in the chunk has chunks of another size than its array', place)
  const room = Math.max(most, LEAST_ROOM)
  if (blockBytes > room || h.chunksize > MOST_PADDING * room)
    throw damaged('the frame in the chunk has larger chunks or blocks than it may have', place)
  if (h.variableBlocks) throw unsupported('arrays with blocks of various sizes are not supported', place)
}

/** An array whose blocks and inner chunks are put in C order. */
async function decodeArray(stage: Stage, frame: OpenFrame, array: B2ndMeta): Promise<Uint8Array> {
  const { ws } = stage
  const { header, chunks } = frame
  const itemBytes = header.typesize
  const out = stage.room(checkSize(stage, product(array.shape) * itemBytes, 'Blosc2'))
  if (out.length === 0) return out
  checkPadding(header, array, stage)
  const p = partition(array)
  const options = { itemBytes, blockshape: p.blockshape, schunk: traitsOf(header, new Map()) }
  const wanted: Parameters<Parameters<typeof eachChunk>[2]>[] = []
  const ranges = array.shape.map((extent) => axisRange(undefined, extent))
  eachChunk(p, ranges, (...one) => wanted.push(one))
  for (const [picks, index] of wanted) {
    const chunk = await chunks.openChunk(ws, index, options)
    const part = { picks, blockshape: p.blockshape, blocks: p.blocks }
    const axes = axesOf(
      picks.map((pick) => pick.out),
      picks.map((pick) => pick.count),
      array.shape,
    )
    await putPart(ws, chunk, part, itemBytes, { out, axes })
  }
  return out
}

/** A super-chunk: one chunk after the other. */
async function decodePlain(stage: Stage, { header, chunks }: OpenFrame): Promise<Uint8Array> {
  const out = stage.room(checkSize(stage, header.nbytes, 'Blosc2'))
  const options = { itemBytes: header.typesize, schunk: traitsOf(header, new Map()) }
  for (const index of chunks.entries.keys()) {
    const [start, nbytes] = await chunks.extent(index)
    const chunk = await chunks.openChunk(stage.ws, index, options)
    await chunk.all(out.subarray(start, start + nbytes))
  }
  return out
}

export const blosc2: Decoder = {
  name: 'Blosc2',
  speed: 1000,
  async decode(stage, input) {
    const frame = await openFrame(stage, input)
    await checkFrame(stage, input, frame)
    const array = arrayOf(frame.header, stage)
    return array === undefined ? decodePlain(stage, frame) : decodeArray(stage, frame, array)
  },
}
