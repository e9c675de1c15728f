import { usage } from '../core/errors.js'
import type { NumericArray } from '../core/numeric-array.js'
import { dtypeOfTyped, typedValues } from '../core/typed-values.js'
import { parseMetadataDtype } from './npy/index.js'
import { fromFortranOrder } from './order.js'

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
 * The data of an array as a typed array, in the byte order of the machine and the order of `array.order`; see
 * {@link UnpackedNdarray.values}.
 * @throws BlpkError USAGE for a dtype that JavaScript has no typed array for
 */
export function toTypedArray({ dtype, data }: Ndarray): NumericArray {
  return typedValues(dtype, data)
}
