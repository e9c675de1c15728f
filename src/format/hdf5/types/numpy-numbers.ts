// Numbers of HDF5 that NumPy has too: those of 8 to 64 bits without padding, and IEEE 754's.

import type { Descr } from '../../../array/npy/dtype.js'
import type { Datatype, FloatBits } from './datatype.js'

/** A NumPy type, or why there is none. */
export type Found = { readonly descr: Descr } | { readonly what: string }

type Integer = Extract<Datatype, { kind: 'integer' | 'bits' }>
type Float = Extract<Datatype, { kind: 'float' }>

const INTEGER_SIZES = [1, 2, 4, 8]

/** Exponent, mantissa and bias of IEEE 754's numbers, by their size in bytes. */
const IEEE: ReadonlyMap<number, readonly [exponent: number, mantissa: number, bias: number]> = new Map([
  [2, [5, 10, 15]],
  [4, [8, 23, 127]],
  [8, [11, 52, 1023]],
])

export function integerDescr({ kind, size, order, signed, bitOffset, precision }: Integer): Found {
  const name = kind === 'bits' ? 'bit fields' : 'integers'
  if (!INTEGER_SIZES.includes(size)) return { what: `${name} of ${size} bytes` }
  if (bitOffset !== 0 || precision !== size * 8)
    return { what: `${name} of ${precision} bits in ${size} bytes` }
  const mark = size === 1 ? '|' : order === 'little' ? '<' : '>'
  return { descr: `${mark}${signed ? 'i' : 'u'}${size}` }
}

function isIeee(size: number, bits: FloatBits): boolean {
  const [exponent, mantissa, bias] = IEEE.get(size) ?? []
  return (
    bits.exponentBits === exponent &&
    bits.mantissaBits === mantissa &&
    bits.bias === bias &&
    bits.offset === 0 &&
    bits.precision === size * 8 &&
    bits.mantissaAt === 0 &&
    bits.exponentAt === mantissa &&
    bits.sign === size * 8 - 1 &&
    bits.normalization === 2
  )
}

function floatName({ size, order, bits }: Float): string {
  if (order === 'vax') return 'floating-point numbers of a VAX'
  if (size === 2 && bits.exponentBits === 8) return 'bfloat16 numbers'
  const { exponentBits, mantissaBits, precision } = bits
  return `floating-point numbers of ${precision} bits (exponent ${exponentBits}, mantissa ${mantissaBits})`
}

/** @param letter c for complex numbers, each of two such floats */
export function floatDescr(type: Float, letter: 'f' | 'c'): Found {
  const { size, order, bits } = type
  if (order === 'vax' || !isIeee(size, bits)) return { what: floatName(type) }
  if (letter === 'c' && size === 2) return { what: 'complex numbers of two float16' }
  return { descr: `${order === 'little' ? '<' : '>'}${letter}${letter === 'c' ? size * 2 : size}` }
}
