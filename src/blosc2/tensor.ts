import { unsupported, usage } from '../errors.js'
import { MsgpackReader } from '../format/msgpack/reader.js'
import { MsgpackWriter } from '../format/msgpack/writer.js'
import { parseMetadataDtype } from '../format/npy/index.js'
import { type Ndarray, type NumericArray, ndarray } from '../ndarray.js'
import { FileSink } from '../sinks/file.js'
import type { ByteSource } from '../sources/byte-source.js'
import { SChunk, type SChunkOpenOptions, type SChunkOptions } from './schunk.js'

/** The variable-length metalayer that python-blosc2 describes a tensor in. */
const LAYER = '__pack_tensor__'
/** python-blosc2 marks tuples by this first item. */
const TUPLE = '__tuple__'
const MAX_DIMENSIONS = 64
const encoder = new TextEncoder()
const decoder = new TextDecoder()

function formatLayer({ shape, dtype }: Ndarray): Uint8Array {
  const w = new MsgpackWriter().fixArray(4)
  for (const text of [TUPLE, 'numpy']) w.fixString(encoder.encode(text))
  w.array16(shape.length + 1).fixString(encoder.encode(TUPLE))
  for (const extent of shape) w.int64(extent)
  return w.string32(encoder.encode(dtype)).finish()
}

/** Skips the mark of a tuple. @returns how many items follow */
function tuple(r: MsgpackReader): number {
  const count = r.array()
  if (count === 0 || decoder.decode(r.string()) !== TUPLE) r.wrong('a tuple is missing')
  return count - 1
}

function parseLayer(bytes: Uint8Array): Pick<Ndarray, 'shape' | 'dtype'> {
  const r = new MsgpackReader(bytes, 'the description of the tensor')
  if (tuple(r) !== 3) r.wrong('kind, shape and dtype are missing')
  r.string()
  const ndim = tuple(r)
  if (ndim > MAX_DIMENSIONS) r.wrong(`there are ${ndim} dimensions`)
  const shape = Array.from({ length: ndim }, () => r.integer())
  const head = bytes[r.at] ?? 0
  if (head >> 4 === 9 || head === 0xdc)
    throw unsupported('the tensor has a structured dtype, which is not supported')
  return { shape, dtype: decoder.decode(r.string()) }
}

/** A tensor's items in C order, and the super-chunk for them, which describes it but is empty still. */
async function describe(
  array: Ndarray | NumericArray,
  options: SChunkOptions,
): Promise<{ schunk: SChunk; data: Uint8Array }> {
  const plain = 'order' in array ? array : ndarray(array)
  if (plain.order === 'F' && plain.shape.length > 1)
    throw usage('the array is in Fortran order; bring it into C order first')
  const { descr, itemsize } = parseMetadataDtype(plain.dtype)
  if (typeof descr !== 'string')
    throw unsupported('tensors of structured dtypes are not supported; use NDArray')
  const schunk = await SChunk.create({ ...options, typesize: itemsize })
  schunk.vlmeta.set(LAYER, formatLayer({ ...plain, dtype: descr }))
  return { schunk, data: plain.data }
}

async function readTensor(schunk: SChunk): Promise<Ndarray> {
  const layer = schunk.vlmeta.get(LAYER)
  if (layer === undefined) throw usage('the frame holds no packed tensor; open it with SChunk.open')
  const { shape, dtype } = parseLayer(layer)
  const nbytes = shape.reduce((size, extent) => size * extent, parseMetadataDtype(dtype).itemsize)
  if (nbytes !== schunk.nbytes)
    throw usage(`the tensor should have ${nbytes} bytes, and the frame has ${schunk.nbytes}`)
  return { shape, dtype, order: 'C', data: await schunk.bytes() }
}

/** An array as a frame in memory, which python-blosc2's `unpack_tensor` reads. @throws BlpkError USAGE */
export async function packTensor(
  array: Ndarray | NumericArray,
  options: SChunkOptions = {},
): Promise<Uint8Array> {
  const { schunk, data } = await describe(array, options)
  await schunk.append(data)
  return schunk.toCframe()
}

/** The array of a frame in memory. @throws BlpkError USAGE where it holds no tensor; DAMAGED, UNSUPPORTED */
export async function unpackTensor(bytes: Uint8Array, options: SChunkOpenOptions = {}): Promise<Ndarray> {
  return readTensor(await SChunk.open(bytes, options))
}

/** Writes an array to a file as {@link packTensor} does. @returns the size of the file, in bytes */
export async function saveTensor(
  array: Ndarray | NumericArray,
  path: string,
  options: SChunkOptions & { overwrite?: boolean } = {},
): Promise<number> {
  const { overwrite = false, ...rest } = options
  const { schunk, data } = await describe(array, rest)
  return schunk.stream(data, new FileSink(path, { overwrite }))
}

/** The array of a file that {@link saveTensor} or python-blosc2's `save_tensor` wrote. */
export async function loadTensor(
  input: string | ByteSource,
  options: SChunkOpenOptions = {},
): Promise<Ndarray> {
  const schunk = await SChunk.open(input, options)
  try {
    return await readTensor(schunk)
  } finally {
    await schunk.close()
  }
}
