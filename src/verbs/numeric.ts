import { dtypeRepr, ndarrayIn, ndarrayMetadata, parseMetadataDtype } from '../array/npy/index.js'
import { fromFortranOrder } from '../array/order.js'
import { usage } from '../core/errors.js'
import { toJson } from '../core/json/json.js'
import type { NumericArray } from '../core/numeric-array.js'
import { dtypeOfTyped, typedValues } from '../core/typed-values.js'
import type { PackOptions, RunOptions } from '../engine/options.js'
import { Archive, type OpenOptions } from '../format/bloscpack/archive.js'
import { pack } from '../format/bloscpack/pack.js'
import { BloscpackSink } from '../format/bloscpack/sink.js'
import { unpack } from '../format/bloscpack/unpack.js'
import { MemorySink } from '../sinks/memory.js'
import { npyPrefix } from '../sinks/npy.js'
import { BytesPlainSink } from '../sinks/plain.js'
import { MemorySource } from '../sources/memory.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'

export type { NumericArray }

/** An array as NumPy knows it: bytes in memory order, shape in items. */
export interface Ndarray {
  /** NumPy's type string such as `<f4`, or the fields of a structured one as a Python literal. */
  dtype: string
  shape: number[]
  order: 'C' | 'F'
  data: Uint8Array
}

/** An array that was read. */
export class UnpackedNdarray implements Ndarray {
  readonly dtype: string
  readonly shape: number[]
  readonly order: 'C' | 'F'
  readonly data: Uint8Array

  constructor({ dtype, shape, order, data }: Ndarray) {
    this.dtype = dtype
    this.shape = shape
    this.order = order
    this.data = data
  }

  /**
   * The items as a typed array, in the byte order of the machine: big-endian ones are turned around, `data` stays as it
   * is. It is a view of `data` where that has this byte order and is aligned, else a copy. `<f2` comes as `Float16Array`
   * where Node has it (from 24 on), else as `Float32Array` of the same values; `|b1` as `Uint8Array`; `datetime64` and
   * `timedelta64` as `BigInt64Array`.
   * @throws BlpkError USAGE for a dtype without a typed array: complex numbers, strings, structured ones
   */
  get values(): NumericArray {
    return typedValues(this.dtype, this.data)
  }
}

/** A typed array as an {@link Ndarray}, without a copy. @param shape one-dimensional by default */
export function ndarray(
  array: NumericArray,
  shape: number[] = [array.length],
  order: 'C' | 'F' = 'C',
): Ndarray {
  const dtype = dtypeOfTyped(array)
  if (dtype === undefined) throw usage('this array has no NumPy dtype')
  return { dtype, shape, order, data: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) }
}

/**
 * The same array in C order, copied only where it was not.
 * @throws BlpkError USAGE where shape and data do not go together; DAMAGED, UNSUPPORTED for the dtype
 */
export function inCOrder(array: Ndarray): Ndarray {
  const { dtype, shape, order, data } = array
  if (order === 'C' || shape.length < 2) return { ...array, order: 'C' }
  const { itemsize } = parseMetadataDtype(dtype)
  const nbytes = shape.reduce((product, n) => product * n, itemsize)
  if (nbytes !== data.length)
    throw usage(`an array of ${nbytes} bytes was given ${data.length} bytes of data`)
  return { dtype, shape, order: 'C', data: fromFortranOrder(data, shape, itemsize) }
}

/**
 * An array as a source to pack, with the metadata that Bloscpack writes for it.
 * @throws BlpkError USAGE where shape and data do not go together, UNSUPPORTED for object dtypes
 */
export function ndarraySource(array: Ndarray | NumericArray): PlainSource {
  const { dtype, shape, order, data } = 'shape' in array ? array : ndarray(array)
  const { descr, itemsize } = parseMetadataDtype(dtype)
  const nbytes = shape.reduce((product, n) => product * n, itemsize)
  if (nbytes !== data.length)
    throw usage(`an array of ${nbytes} bytes was given ${data.length} bytes of data`)
  const metadata = toJson(ndarrayMetadata({ dtype: dtypeRepr(descr), shape, order }))
  return new BytesPlainSource(new MemorySource(data), { typesize: itemsize, metadata })
}

/** Packs an array into an archive in memory, as Bloscpack's `pack_ndarray_to_bytes`. */
export async function packNdarray(
  array: Ndarray | NumericArray,
  options: PackOptions = {},
): Promise<Uint8Array> {
  const sink = new MemorySink()
  await pack(ndarraySource(array), new BloscpackSink(sink), options)
  return sink.bytes
}

/**
 * Unpacks an archive of an array in memory; its `values` are a typed array.
 * @throws BlpkError USAGE where it holds no NumPy array; DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function unpackNdarray(
  bytes: Uint8Array,
  options: RunOptions & OpenOptions = {},
): Promise<UnpackedNdarray> {
  const archive = await Archive.open(new MemorySource(bytes), options)
  const layout = ndarrayIn(archive.metadata)
  if (layout === undefined || npyPrefix(archive) === undefined)
    throw usage('the archive holds no NumPy array')
  const sink = new MemorySink()
  await unpack(archive, new BytesPlainSink(sink), options)
  const dtype = typeof layout.descr === 'string' ? layout.descr : dtypeRepr(layout.descr)
  return new UnpackedNdarray({ dtype, shape: [...layout.shape], order: layout.order, data: sink.bytes })
}

/**
 * The data of an array as a typed array, in the byte order of the machine and the order of `array.order`; see
 * {@link UnpackedNdarray.values}.
 * @throws BlpkError USAGE for a dtype that JavaScript has no typed array for
 */
export function toTypedArray({ dtype, data }: Ndarray): NumericArray {
  return typedValues(dtype, data)
}
