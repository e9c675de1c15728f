// Rebuilds the header of a frame from its constant bytes and its metalayers.

import { damaged } from '../../../core/errors.js'
import { FRAME_HEADER_MIN_BYTES, type FrameHeader, parseFrameHeader } from '../../frame/header.js'
import { readLayers } from '../../frame/layers.js'
import { MsgpackReader } from '../../frame/msgpack/reader.js'

/** Every byte before the metalayers that is the same in all frames, by position. */
const CONSTANT: readonly (readonly [number, readonly number[]])[] = [
  [0, [0x9e, 0xa8, 0x62, 0x32, 0x66, 0x72, 0x61, 0x6d, 0x65, 0x00, 0xd2]],
  [0x0f, [0xcf]],
  [0x18, [0xa4]],
  [0x1d, [0xd3]],
  [0x26, [0xd3]],
  [0x2f, [0xd2]],
  [0x34, [0xd2]],
  [0x39, [0xd2]],
  [0x3e, [0xd1]],
  [0x41, [0xd1]],
  [0x45, [0xd8, 0x06]],
]
const HEADER_LEN_AT = 0x0b
const FRAME_LEN_AT = 0x10
const FLAGS_AT = 0x19
const NBYTES_AT = 0x1e
const VLMETA_AT = 0x44
const NO_LAYERS = Uint8Array.of(0x93, 0xcd, 0, 7, 0xde, 0, 0, 0xdc, 0, 0)

/** End of the metalayers, if they can be read. */
function layersEnd(bytes: Uint8Array): number | undefined {
  try {
    const r = new MsgpackReader(bytes, 'the frame header', {}, FRAME_HEADER_MIN_BYTES)
    readLayers(r)
    return r.at
  } catch {
    return undefined
  }
}

function parsed(bytes: Uint8Array): FrameHeader | undefined {
  try {
    return parseFrameHeader(bytes)
  } catch {
    return undefined
  }
}

/** A header that was rebuilt from what is readable. */
export interface RebuiltHeader {
  header: FrameHeader
  /** Whether the fixed metalayers are lost. */
  metaLost: boolean
}

/**
 * Repairs an unreadable header: first the bytes that are the same in all frames, then its own size (from its
 * metalayers), finally all sizes (from the chunks).
 * @param start the first bytes of the frame, up to the maximum size of a header
 * @param frameBytes size of the frame
 * @throws BlpkError DAMAGED if there is no room for a header
 */
export function rebuildHeader(start: Uint8Array, frameBytes: number): RebuiltHeader {
  if (start.length < FRAME_HEADER_MIN_BYTES + NO_LAYERS.length) throw damaged('the frame has no header')
  const end = layersEnd(start)
  const claimed = new DataView(start.buffer, start.byteOffset).getUint32(HEADER_LEN_AT)
  const size = end ?? FRAME_HEADER_MIN_BYTES + NO_LAYERS.length
  const bytes = start.slice(0, size)
  const view = new DataView(bytes.buffer)
  if (end === undefined) bytes.set(NO_LAYERS, FRAME_HEADER_MIN_BYTES)
  for (const [at, values] of CONSTANT) bytes.set(values, at)
  if (bytes[VLMETA_AT] !== 0xc2 && bytes[VLMETA_AT] !== 0xc3) bytes[VLMETA_AT] = 0xc2
  view.setUint32(HEADER_LEN_AT, size)
  view.setBigUint64(FRAME_LEN_AT, BigInt(Math.max(frameBytes, size + 25)))
  const asItIs = parsed(bytes)
  const metaLost = end === undefined
  // If the metalayers are lost, only the stored size tells where the chunks begin.
  const headerBytes = metaLost && claimed >= FRAME_HEADER_MIN_BYTES && claimed < frameBytes ? claimed : size
  if (asItIs !== undefined) return { header: { ...asItIs, headerBytes }, metaLost }
  bytes.set([0x12, 0, 5 | (5 << 4), 2], FLAGS_AT)
  for (const at of [NBYTES_AT, NBYTES_AT + 9]) view.setBigInt64(at, 0n)
  ;[1, 0, 0].forEach((value, i) => {
    view.setInt32(0x30 + 5 * i, value)
  })
  const header = parsed(bytes)
  if (header === undefined) throw damaged('the frame has no header')
  return { header: { ...header, headerBytes }, metaLost }
}
