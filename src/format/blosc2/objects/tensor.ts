// Packs and unpacks tensors in the format of python-blosc2.

import { type ArrayFields, ArrayValue, fieldsOf, inCOrder } from '../../../array/array-value.js'
import { dtypeRepr, parseMetadataDtype } from '../../../array/npy/index.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import type { ResultOptions } from '../../../core/allocate.js'
import { usage } from '../../../core/errors.js'
import type { NumericArray } from '../../../core/numeric-array.js'
import type { PlaceName } from '../../../core/place-name.js'
import { checkLossy } from '../../chunks/lossy.js'
import { formatTensor, parseTensor, TENSOR_LAYER } from '../../frame/tensor.js'
import { openFrameSink, type SaveOptions } from './save-frame.js'
import { SChunk } from './schunk.js'
import type { SChunkOpenOptions, SChunkOptions } from './schunk-options.js'

/** A tensor's items in C order, and the super-chunk for them, which describes it but is empty still. */
async function describe(
  array: ArrayFields | NumericArray,
  options: SChunkOptions,
): Promise<{ schunk: SChunk; data: Uint8Array }> {
  const plain = inCOrder(fieldsOf(array))
  const { descr, itemsize } = parseMetadataDtype(plain.dtype)
  checkLossy(options, plain.dtype)
  const schunk = await SChunk.create({ ...options, force: true, typesize: itemsize })
  schunk.vlmeta.set(TENSOR_LAYER, formatTensor({ ...plain, dtype: dtypeRepr(descr) }))
  return { schunk, data: plain.data }
}

async function readTensor(schunk: SChunk, into: ResultOptions): Promise<ArrayValue> {
  const layer = schunk.vlmeta.get(TENSOR_LAYER)
  if (layer === undefined) throw usage('the frame holds no packed tensor; open it with SChunk.open')
  const { shape, dtype } = parseTensor(layer)
  const nbytes = shape.reduce((size, extent) => size * extent, parseMetadataDtype(dtype).itemsize)
  if (nbytes !== schunk.nbytes)
    throw usage(`the tensor should have ${nbytes} bytes, but the frame has ${schunk.nbytes}`)
  return new ArrayValue({ shape, dtype, order: 'C', data: await schunk.bytes(0, nbytes, into) })
}

/**
 * Packs an array as a frame in memory, which python-blosc2's `unpack_tensor` reads.
 * @returns the bytes of the frame
 * @throws BlpkError USAGE if shape and data do not go together
 * @example
 * ```ts
 * import { ArrayValue, packTensor, unpackTensor } from 'blpk'
 *
 * const packed = await packTensor(ArrayValue.from(new Float32Array(6), [2, 3]))
 * const { shape, values } = await unpackTensor(packed)
 * ```
 */
export async function packTensor(
  array: ArrayFields | NumericArray,
  options: SChunkOptions = {},
): Promise<Uint8Array> {
  const { schunk, data } = await describe(array, options)
  await schunk.append(data)
  return schunk.toCframe()
}

/**
 * Reads the array of such a frame. @throws BlpkError USAGE if it holds no tensor; DAMAGED, UNSUPPORTED
 */
export async function unpackTensor(
  bytes: Uint8Array,
  options: SChunkOpenOptions & ResultOptions = {},
): Promise<ArrayValue> {
  return readTensor(await SChunk.open(bytes, options), options)
}

/**
 * Writes an array to a file, or to a directory with `sparse`, as {@link packTensor} does.
 * @returns its size, in bytes
 * @throws BlpkError as {@link SChunk.save}
 */
export async function saveTensor(
  array: ArrayFields | NumericArray,
  path: PlaceName,
  options: SChunkOptions & SaveOptions = {},
): Promise<number> {
  const { sparse = false, ...rest } = options
  const { schunk, data } = await describe(array, options)
  if (!sparse) return schunk.stream(data, await openFrameSink(path, rest))
  await schunk.append(data)
  return schunk.save(path, options)
}

/**
 * The array of a frame that {@link saveTensor} or python-blosc2's `save_tensor` wrote, from NumPy, PyTorch or
 * TensorFlow.
 * @param input path or address of a file, path of a sparse frame's directory, or a source
 * @throws BlpkError USAGE if it holds no tensor; NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, UNSUPPORTED
 */
export async function loadTensor(
  input: PlaceName | ByteSource,
  options: SChunkOpenOptions & ResultOptions = {},
): Promise<ArrayValue> {
  const schunk = await SChunk.open(input, options)
  try {
    return await readTensor(schunk, options)
  } finally {
    await schunk.close()
  }
}
