// Converts between raw items of a NumPy dtype and JavaScript's typed arrays, including byte order.

import { usage } from './errors.js'
import type { Float16ArrayLike, NumericArray } from './numeric-array.js'

type Float16Constructor = new (length: number) => Float16ArrayLike

type Typed = new (buffer: ArrayBufferLike, offset: number, length: number) => NumericArray

/** Node has it from version 24 on. */
const FLOAT16 = (globalThis as { Float16Array?: Float16Constructor }).Float16Array

/** By NumPy's kind letter and typesize. Dates and durations are integers, as with `view('i8')`. */
const TYPES: Readonly<Record<string, unknown>> = {
  b1: Uint8Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f2: FLOAT16,
  f4: Float32Array,
  f8: Float64Array,
  M8: BigInt64Array,
  m8: BigInt64Array,
}

/** `<f4`, `|u1`, `>M8[ns]`: byte order, kind and size. */
const DTYPE = /^([<>|=]?)([biufMm])(\d)(?:\[.*\])?$/

const IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The bytes with suitable alignment for a typed array, byte-swapped if necessary. */
function nativeBytes(data: Uint8Array, size: number, turned: boolean): Uint8Array {
  if (!turned) return data.byteOffset % size === 0 ? data : data.slice()
  // For a Buffer, slice() would be a view.
  const copy = Buffer.from(new Uint8Array(data).buffer)
  if (size === 2) return copy.swap16()
  return size === 4 ? copy.swap32() : copy.swap64()
}

/** Converts a 16-bit float to a number. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/**
 * Items as a typed array, in the byte order of the machine: a view of `data` if that has the right byte order
 * and alignment, otherwise a copy. 16-bit floats become `Float16Array` if Node has it (version 24 and later),
 * otherwise `Float32Array` with the same values; booleans become `Uint8Array`; dates and durations become
 * `BigInt64Array`.
 * @param dtype NumPy's type string
 * @throws BlpkError USAGE for a dtype without a typed array: complex numbers, strings, structured types
 */
export function typedValues(dtype: string, data: Uint8Array): NumericArray {
  const [, order = '', kind = '', digit = ''] = DTYPE.exec(dtype) ?? []
  const size = Number(digit)
  const isHalf = kind === 'f' && size === 2
  const type = (isHalf ? (FLOAT16 ?? Uint16Array) : TYPES[`${kind}${size}`]) as Typed | undefined
  if (type === undefined) throw usage(`JavaScript has no typed array for dtype ${dtype}`)
  if (data.length % size !== 0)
    throw usage(`${data.length} bytes are not a whole number of items of ${size} bytes`)
  const turned = size > 1 && (order === '>' ? IS_LITTLE : order === '<' && !IS_LITTLE)
  const bytes = nativeBytes(data, size, turned)
  const values = new type(bytes.buffer, bytes.byteOffset, bytes.length / size)
  return isHalf && FLOAT16 === undefined ? Float32Array.from(values as Uint16Array, float16) : values
}

const DTYPES: [new (n: number) => NumericArray, string][] = [
  ...(FLOAT16 === undefined ? [] : ([[FLOAT16, '<f2']] as [Float16Constructor, string][])),
  [Int8Array, '|i1'],
  [Uint8Array, '|u1'],
  [Uint8ClampedArray, '|u1'],
  [Int16Array, '<i2'],
  [Uint16Array, '<u2'],
  [Int32Array, '<i4'],
  [Uint32Array, '<u4'],
  [BigInt64Array, '<i8'],
  [BigUint64Array, '<u8'],
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
]

/** The NumPy dtype of a typed array; undefined for anything else. */
export function dtypeOfTyped(array: unknown): string | undefined {
  return DTYPES.find(([type]) => array instanceof type)?.[1]
}
