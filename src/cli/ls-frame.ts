import { itemDtype } from '../format/b2nd/dtype.js'
import { parseFrameHeader, peekFrame } from '../format/frame/header.js'
import { objectIn } from '../format/frame/objects.js'
import type { ByteSource } from '../sources/byte-source.js'
import { arrayMeta, plainBytes } from './frame-facts.js'
import type { Row } from './ls.js'
import { jsonRatio } from './report.js'

/** Where the lengths of a frame and its header stand, in bytes. */
const FRAME_PEEK_BYTES = 25

/** What a row of `ls` says of a frame: its front alone tells it. @throws BlpkError DAMAGED, UNSUPPORTED */
export async function lookAtFrame(source: ByteSource): Promise<Partial<Row>> {
  const place = { path: source.name }
  const peek = new Uint8Array(FRAME_PEEK_BYTES)
  const { headerBytes, frameBytes } = peekFrame(peek.subarray(0, await source.read(0, peek)), place)
  const front = new Uint8Array(headerBytes)
  const header = parseFrameHeader(front.subarray(0, await source.read(0, front)), place)
  const array = arrayMeta(header.meta)
  const nbytes = plainBytes(header, array)
  return {
    nbytes,
    ratio: jsonRatio(nbytes, frameBytes),
    shape: array?.shape ?? null,
    dtype: array === undefined ? null : itemDtype(array.dtype, header.typesize),
    typesize: header.typesize,
    kind: objectIn(header.meta, new Map())?.kind ?? null,
  }
}
