// The `b2nd` metalayer: shape, chunk shape, block shape and dtype of an array.

import { type ArrayShape, MAX_DIMENSIONS, roundUp } from '../../array/geometry.js'
import { dtypeRepr, type NdarrayLayout } from '../../array/npy/index.js'
import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'
import { MsgpackReader } from './msgpack/reader.js'
import { MsgpackWriter } from './msgpack/writer.js'
/** Names of the metalayer; the second is that of Caterva, the origin of the format. */
export const B2ND_LAYER = 'b2nd'
export const CATERVA_LAYER = 'caterva'
const NUMPY_DTYPE = 0
const LATEST_VERSION = 0

export interface B2ndMeta extends ArrayShape {
  /** A NumPy type string, or the `repr` of a description. Caterva had none. */
  dtype: string
}

/**
 * C-Blosc2 adds the count to the head of an empty array, whatever the count. For 16 extents that gives the
 * head of an empty string, and it reads no other form.
 */
const COUNT_HEAD = 0x90

/** Number of extents that follow; msgpack's own form for 16 is also accepted. */
function readCount(r: MsgpackReader): number {
  if (r.kind() !== 'string') return r.array()
  return (r.take(1)[0] ?? 0) - COUNT_HEAD
}

function readExtents(r: MsgpackReader, ndim: number): number[] {
  if (readCount(r) !== ndim) r.wrong(`there are not ${ndim} extents`)
  return Array.from({ length: ndim }, () => {
    const extent = r.integer()
    if (extent < 0) r.wrong(`an extent is ${extent}`)
    return extent
  })
}

/** All later products must be safe integers. */
function checkShape(a: ArrayShape, place: ErrorPlace): void {
  const padded = a.shape.map((extent, i) => roundUp(extent, a.chunkshape[i] ?? 0))
  for (const extents of [padded, a.chunkshape, a.blockshape]) {
    const product = extents.reduce((size, extent) => size * Math.max(extent, 1), 1)
    if (!Number.isSafeInteger(product))
      throw damaged(`the array claims a shape of ${extents.join(' × ')}`, place)
  }
  for (const [i, extent] of a.shape.entries()) {
    const [chunk = 0, block = 0] = [a.chunkshape[i], a.blockshape[i]]
    if (block > chunk) throw damaged(`blocks of ${block} are larger than chunks of ${chunk}`, place)
    if (extent > 0 && block === 0 && !a.shape.includes(0))
      throw damaged('the array has chunks or blocks of extent 0', place)
  }
}

/**
 * Parses the metalayer of an array.
 * @param caterva whether it is the older layer, which ends before the dtype
 * @throws BlpkError DAMAGED, UNSUPPORTED
 */
export function parseB2nd(bytes: Uint8Array, caterva: boolean, place: ErrorPlace = {}): B2ndMeta {
  const r = new MsgpackReader(bytes, 'the shape of the array', place)
  const fields = r.array()
  if (fields < 5) r.wrong('fields are missing')
  const version = r.integer()
  if (version > LATEST_VERSION) throw unsupported(`the array has metalayer version ${version}`, place)
  const ndim = r.integer()
  if (ndim < 0 || ndim > MAX_DIMENSIONS)
    throw unsupported(`the array has ${ndim} dimensions, more than ${MAX_DIMENSIONS}`, place)
  const shape = readExtents(r, ndim)
  const chunkshape = readExtents(r, ndim)
  const blockshape = readExtents(r, ndim)
  checkShape({ shape, chunkshape, blockshape }, place)
  let dtype = '|u1'
  if (!caterva && fields >= 7) {
    const format = r.integer()
    if (format !== NUMPY_DTYPE) throw unsupported(`the array has a dtype of format ${format}`, place)
    dtype = new TextDecoder().decode(r.string())
  }
  return { shape, chunkshape, blockshape, dtype }
}

/** Block shape of the array that metalayers describe; undefined if they describe none, or a damaged one. */
export function blockshapeIn(meta: ReadonlyMap<string, Uint8Array>): readonly number[] | undefined {
  const own = meta.get(B2ND_LAYER)
  const layer = own ?? meta.get(CATERVA_LAYER)
  if (layer === undefined) return undefined
  try {
    return parseB2nd(layer, own === undefined).blockshape
  } catch {
    return undefined
  }
}

export function formatB2nd(meta: B2ndMeta): Uint8Array {
  const ndim = meta.shape.length
  const w = new MsgpackWriter().fixArray(7).byte(LATEST_VERSION).byte(ndim)
  const extents = (list: readonly number[], wide: boolean): void => {
    w.byte(COUNT_HEAD + ndim)
    for (const extent of list) {
      if (wide) w.int64(extent)
      else w.int32(extent)
    }
  }
  extents(meta.shape, true)
  extents(meta.chunkshape, false)
  extents(meta.blockshape, false)
  return w.byte(NUMPY_DTYPE).string32(new TextEncoder().encode(meta.dtype)).finish()
}

/** NumPy's type string, or the fields of a structured type as a Python literal, for the metalayer. */
export function b2ndDtype({ descr }: Pick<NdarrayLayout, 'descr'>): string {
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}
