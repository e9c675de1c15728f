import { unsupported, usage } from '../errors.js'
import { MsgpackReader } from '../format/msgpack/reader.js'
import { MsgpackWriter } from '../format/msgpack/writer.js'
import { parseMetadataDtype } from '../format/npy/index.js'
import { inCOrder, type Ndarray, type NumericArray, ndarray } from '../ndarray.js'
import type { ByteSource } from '../sources/byte-source.js'
import { SChunk, type SChunkOptions } from './schunk.js'

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

async function tensorSChunk(array: Ndarray | NumericArray, options: SChunkOptions): Promise<SChunk> {
  const plain = inCOrder('order' in array ? array : ndarray(array))
  const { descr, itemsize } = parseMetadataDtype(plain.dtype)
  if (typeof descr !== 'string')
    throw unsupported('tensors of structured dtypes are not supported; use NDArray')
  const schunk = await SChunk.create({ ...options, typesize: itemsize }, plain.data)
  schunk.vlmeta.set(LAYER, formatLayer({ ...plain, dtype: descr }))
  return schunk
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
  return (await tensorSChunk(array, options)).toCframe()
}

/** The array of a frame in memory. @throws BlpkError USAGE where it holds no tensor; DAMAGED, UNSUPPORTED */
export async function unpackTensor(bytes: Uint8Array): Promise<Ndarray> {
  return readTensor(await SChunk.open(bytes))
}

/** Writes an array to a file as {@link packTensor} does. @returns the size of the file, in bytes */
export async function saveTensor(
  array: Ndarray | NumericArray,
  path: string,
  options: SChunkOptions & { overwrite?: boolean } = {},
): Promise<number> {
  const { overwrite = false, ...rest } = options
  return (await tensorSChunk(array, rest)).save(path, { overwrite })
}

/** The array of a file that {@link saveTensor} or python-blosc2's `save_tensor` wrote. */
export async function loadTensor(input: string | ByteSource): Promise<Ndarray> {
  const schunk = await SChunk.open(input)
  try {
    return await readTensor(schunk)
  } finally {
    await schunk.close()
  }
}
