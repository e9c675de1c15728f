// Checks the frame of a chunk against the checksums in it, where blpk wrote them (docs/format.md).

import { MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { sameDigest } from '../../../chunk/checksums.js'
import { BlpkError } from '../../../core/errors.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import { checkEnds, checksumError, digestsByIndex, type FrameEnds, xxh64Of } from '../../chunks/checksums.js'
import { CHECKSUM_LAYER, parseChecksumLayer } from '../../frame/checksums.js'
import type { FrameHeader } from '../../frame/header.js'
import { parseTrailer, TRAILER_END_BYTES, trailerBytes } from '../../frame/trailer.js'
import type { OpenFrame } from './blosc2-frame.js'
import type { Stage } from './stage.js'

/** Most bytes of a layer of checksums: a chunk is one frame of few chunks. */
const MOST_LAYER = 2 ** 20

function endsOf(input: Uint8Array, h: FrameHeader, { place }: Pick<Stage, 'place'>): FrameEnds {
  const { headerBytes, frameBytes, cbytes } = h
  const end = input.subarray(frameBytes - TRAILER_END_BYTES, frameBytes)
  const trailerAt = frameBytes - trailerBytes(end, frameBytes - headerBytes - cbytes, place)
  return {
    header: input.subarray(0, headerBytes),
    index: input.subarray(headerBytes + cbytes, trailerAt),
    trailer: input.subarray(trailerAt, frameBytes),
  }
}

async function plainLayer(
  { ws, place }: Pick<Stage, 'ws' | 'place'>,
  layer: Uint8Array,
): Promise<Uint8Array> {
  const bytes = new MemoryChunk(layer, place)
  const chunk = await OpenChunk.open(ws, bytes, { itemBytes: 1, schunk: loneChunk(1, 0) })
  const { nbytes } = chunk.header
  if (nbytes > MOST_LAYER) throw checksumError(place)
  const plain = new Uint8Array(nbytes)
  await chunk.all(plain)
  return plain
}

/**
 * Checks a frame. One that another tool wrote, or changed, has no checksums that count.
 * @throws BlpkError CHECKSUM, DAMAGED
 */
export async function checkFrame(
  stage: Pick<Stage, 'ws' | 'place'>,
  input: Uint8Array,
  { header, chunks }: OpenFrame,
): Promise<void> {
  const ends = endsOf(input, header, stage)
  const state = await checkEnds(ends)
  if (state === 'none') return
  if (state === 'wrong')
    throw new BlpkError('CHECKSUM', 'the frame of the chunk does not match its checksum (xxh64)', stage.place)
  const layer = parseTrailer(ends.trailer, stage.place).get(CHECKSUM_LAYER)
  if (layer === undefined) return
  const digests = digestsByIndex(parseChecksumLayer(await plainLayer(stage, layer), stage.place))
  for (const index of chunks.entries.keys()) {
    const digest = digests(index)
    if (digest === undefined) continue
    const { bytes, layout } = await chunks.find(index)
    const stored = await bytes.fetch(0, layout.header.cbytes)
    if (!sameDigest(await xxh64Of(stored), digest)) throw checksumError(stage.place)
  }
}
