// Datatypes without members (HDF5 File Format Specification 4.0, IV.A.2.d, classes 0, 1, 3, 5, 8 and 9).

import { typeHead } from './type-head.js'

const BIG_ENDIAN = 0x01
const SIGNED = 0x08
const NULL_PADDED = 1
const VLEN_STRING = 0x01
const UTF8_VLEN = 0x100
/** Length, address and index of a string in a global heap. */
export const VLEN_BYTES = 16

/** Where the bits of IEEE 754 numbers are: of the exponent and of the mantissa, and the exponent's bias. */
const FLOATS: ReadonlyMap<number, readonly [exponent: number, mantissa: number, bias: number]> = new Map([
  [2, [5, 10, 15]],
  [4, [8, 23, 127]],
  [8, [11, 52, 1023]],
])
/** The highest bit of the mantissa is implied. */
const IMPLIED = 0x20

export interface NumberType {
  readonly size: number
  readonly bigEndian: boolean
}

export function integerType({ size, bigEndian }: NumberType, signed: boolean): Uint8Array {
  const bits = (bigEndian ? BIG_ENDIAN : 0) | (signed ? SIGNED : 0)
  return typeHead('fixedPoint', { bits, size })
    .u16(0)
    .u16(8 * size)
    .finish()
}

/** @returns undefined for sizes that IEEE 754 does not have */
export function floatType({ size, bigEndian }: NumberType): Uint8Array | undefined {
  const found = FLOATS.get(size)
  if (found === undefined) return undefined
  const [exponent, mantissa, bias] = found
  const sign = 8 * size - 1
  const bits = (sign << 8) | IMPLIED | (bigEndian ? BIG_ENDIAN : 0)
  const block = typeHead('floatingPoint', { bits, size })
    .u16(0)
    .u16(8 * size)
  return block.u8(mantissa).u8(exponent).u8(0).u8(mantissa).u32(bias).finish()
}

/** Bytes that NumPy ends with zeros. */
export function stringType(size: number): Uint8Array {
  return typeHead('string', { bits: NULL_PADDED, size }).finish()
}

/** @param tag what the bytes mean: ASCII, less than 256 */
export function opaqueType(size: number, tag: string): Uint8Array {
  const padded = Math.ceil(tag.length / 8) * 8
  const block = typeHead('opaque', { bits: padded, size })
  const start = block.length
  return block.text(tag).pad(start).finish()
}

/** Truth values as h5py has them: an enumeration of bytes. */
export function boolType(): Uint8Array {
  const block = typeHead('enumeration', { bits: 2, size: 1 })
  block.raw(integerType({ size: 1, bigEndian: false }, true))
  for (const name of ['FALSE', 'TRUE']) {
    const start = block.length
    block.text(name).u8(0).pad(start)
  }
  return block.u8(0).u8(1).finish()
}

/** Strings of any length in UTF-8, which a global heap holds. */
export function vlenStringType(): Uint8Array {
  const block = typeHead('variableLength', { bits: VLEN_STRING | UTF8_VLEN, size: VLEN_BYTES })
  return block.raw(integerType({ size: 1, bigEndian: false }, false)).finish()
}
