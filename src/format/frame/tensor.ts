// The metalayer of a packed tensor in python-blosc2.

import { MsgpackReader } from './msgpack/reader.js'
import { MsgpackWriter } from './msgpack/writer.js'
import { readTensorDtype, TUPLE, writeTensorDtype } from './tensor-dtype.js'

/** The variable-length metalayer that describes a tensor in python-blosc2. */
export const TENSOR_LAYER = '__pack_tensor__'
const MAX_DIMENSIONS = 64
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Shape and NumPy type string of a tensor in C order. */
interface Tensor {
  shape: readonly number[]
  dtype: string
}

/** The layer of an array in C order. */
export function formatTensor({ shape, dtype }: Tensor): Uint8Array {
  const w = new MsgpackWriter().fixArray(4)
  for (const text of [TUPLE, 'numpy']) w.fixString(encoder.encode(text))
  w.array16(shape.length + 1).fixString(encoder.encode(TUPLE))
  for (const extent of shape) w.int64(extent)
  writeTensorDtype(w, dtype)
  return w.finish()
}

/** Skips the mark of a tuple. @returns number of items that follow */
function tuple(r: MsgpackReader): number {
  const count = r.array()
  if (count === 0 || decoder.decode(r.string()) !== TUPLE) r.wrong('a tuple is missing')
  return count - 1
}

/** Parses the layer. @throws BlpkError DAMAGED; UNSUPPORTED for structured dtypes */
export function parseTensor(bytes: Uint8Array): { shape: number[]; dtype: string } {
  const r = new MsgpackReader(bytes, 'the description of the tensor')
  if (tuple(r) !== 3) r.wrong('kind, shape and dtype are missing')
  r.string()
  const ndim = tuple(r)
  if (ndim > MAX_DIMENSIONS) r.wrong(`there are ${ndim} dimensions`)
  const shape = Array.from({ length: ndim }, () => r.integer())
  return { shape, dtype: readTensorDtype(r) }
}
