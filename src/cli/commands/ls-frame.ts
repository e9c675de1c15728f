import type { ByteSource } from '../../bytes/byte-source.js'
import { itemDtype } from '../../format/blosc2/frame/dtype.js'
import { parseFrameHeader, peekFrame } from '../../format/blosc2/frame/header.js'
import { objectIn } from '../../format/blosc2/frame/objects.js'
import { ifSound } from '../view/head.js'
import { arrayMeta, headOfFrameInput, plainBytes } from '../view/head-frame.js'
import { jsonRatio } from '../view/report.js'
import type { Row } from './ls.js'

/** Where the lengths of a frame and its header stand, in bytes. */
const FRAME_PEEK_BYTES = 25

/** What a row of `ls` says of a frame: the front of an array tells it, of other frames the end as well. @throws BlpkError DAMAGED, UNSUPPORTED */
export async function lookAtFrame(source: ByteSource): Promise<Partial<Row>> {
  const place = { path: source.name }
  const peek = new Uint8Array(FRAME_PEEK_BYTES)
  const { headerBytes, frameBytes } = peekFrame(peek.subarray(0, await source.read(0, peek)), place)
  const front = new Uint8Array(headerBytes)
  const header = parseFrameHeader(front.subarray(0, await source.read(0, front)), place)
  const array = arrayMeta(header.meta)
  const nbytes = plainBytes(header, array)
  // Metalayers at the end may describe an array that is no Blosc2 array.
  const end = array === undefined ? await ifSound(() => headOfFrameInput(source.name, { source })) : undefined
  return {
    format: `Blosc2 ${array === undefined ? 'frame' : 'array'}`,
    shape: array?.shape ?? end?.shape ?? null,
    dtype: array === undefined ? (end?.dtype ?? null) : itemDtype(array.dtype, header.typesize),
    nbytes,
    ratio: jsonRatio(nbytes, frameBytes),
    typesize: header.typesize,
    kind: objectIn(header.meta, new Map())?.kind ?? null,
  }
}
