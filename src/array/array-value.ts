// An array as a value: the result of reads, and an input of packing.

import { usage } from '../core/errors.js'
import type { NumericArray } from '../core/numeric-array.js'
import { dtypeOfTyped, typedValues } from '../core/typed-values.js'
import { parseMetadataDtype } from './npy/index.js'
import { fromFortranOrder } from './order.js'

/** Description of an array in NumPy's terms: bytes in memory order, shape in items. */
export interface ArrayFields {
  /** NumPy's type string such as `<f4`, or the fields of a structured type as a Python literal. */
  dtype: string
  shape: number[]
  order: 'C' | 'F'
  data: Uint8Array
}

/**
 * An array and its values. Functions that take an array also take a plain object with these fields, or a typed array.
 * @example
 * ```ts
 * import { ArrayValue, compress } from 'blpk'
 *
 * const grid = ArrayValue.from(new Float32Array(6), [2, 3])
 * await compress(grid, 'grid.b2nd')
 * ```
 */
export class ArrayValue implements ArrayFields {
  readonly dtype: string
  readonly shape: number[]
  readonly order: 'C' | 'F'
  readonly data: Uint8Array

  constructor({ dtype, shape, order, data }: ArrayFields) {
    this.dtype = dtype
    this.shape = shape
    this.order = order
    this.data = data
  }

  /**
   * Gives a typed array a shape, without a copy.
   * @param shape in items; one-dimensional by default
   * @throws BlpkError USAGE if it is not a typed array
   */
  static from(array: NumericArray, shape: number[] = [array.length], order: 'C' | 'F' = 'C'): ArrayValue {
    const dtype = dtypeOfTyped(array)
    if (dtype === undefined) throw usage('this array has no NumPy dtype')
    const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    return new ArrayValue({ dtype, shape, order, data })
  }

  /**
   * The items as a typed array, in the byte order of the machine and in the order that `order` says. It is a view of `data`
   * if the byte order matches and the data are aligned, otherwise a copy. `<f2` gives a `Float16Array` if Node has it (24
   * and later), otherwise a `Float32Array` of the same values. `|b1` gives a `Uint8Array`; `datetime64` and `timedelta64`
   * give a `BigInt64Array`.
   * @throws BlpkError USAGE for a dtype without a typed array: complex numbers, strings, structured types
   */
  get values(): NumericArray {
    return typedValues(this.dtype, this.data)
  }
}

/** The fields of an array in any accepted form. @throws BlpkError USAGE for anything else */
export function fieldsOf(array: ArrayFields | NumericArray): ArrayFields {
  return 'shape' in array ? array : ArrayValue.from(array)
}

/**
 * The same array in C order, copied only if it was not.
 * @throws BlpkError USAGE if shape and data do not go together; DAMAGED, UNSUPPORTED for the dtype
 */
export function inCOrder(array: ArrayFields): ArrayFields {
  const { dtype, shape, order, data } = array
  if (order === 'C' || shape.length < 2) return { dtype, shape, order: 'C', data }
  const { itemsize } = parseMetadataDtype(dtype)
  const nbytes = shape.reduce((product, n) => product * n, itemsize)
  if (nbytes !== data.length)
    throw usage(`an array of ${nbytes} bytes was given ${data.length} bytes of data`)
  return { dtype, shape, order: 'C', data: fromFortranOrder(data, shape, itemsize) }
}
