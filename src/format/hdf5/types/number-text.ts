// Numbers of HDF5 as JSON text, with all their digits.

import { unsupported } from '../../../core/errors.js'
import type { Datatype } from './datatype.js'
import { floatDescr } from './numpy-numbers.js'

type Integer = Extract<Datatype, { kind: 'integer' | 'bits' }>
type Float = Extract<Datatype, { kind: 'float' }>

/** Larger integers would take long to print. */
const MAX_INTEGER_BYTES = 64

/** The bytes of a number, the highest first. */
function highestFirst(bytes: Uint8Array, order: string): Uint8Array {
  return order === 'big' ? bytes : bytes.slice().reverse()
}

/** An integer of any size. @throws BlpkError UNSUPPORTED above 64 bytes */
export function integerText(type: Integer, bytes: Uint8Array): string {
  const { size, order, signed, bitOffset, precision } = type
  if (size > MAX_INTEGER_BYTES) throw unsupported(`integers of ${size} bytes are not shown`)
  const hex = Buffer.from(highestFirst(bytes, order)).toString('hex')
  const value = BigInt.asUintN(precision, BigInt(`0x${hex}`) >> BigInt(bitOffset))
  return String(signed ? BigInt.asIntN(precision, value) : value)
}

/** A number of 16 bits, as IEEE 754 has it. */
function half(bits: number): number {
  const sign = bits >>> 15 === 0 ? 1 : -1
  const exponent = (bits >>> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * mantissa * 2 ** -24
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

function floatValue({ size, order }: Float, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isLittle = order === 'little'
  if (size === 2) return half(view.getUint16(0, isLittle))
  return size === 4 ? view.getFloat32(0, isLittle) : view.getFloat64(0, isLittle)
}

/** Half of the way from a number of 16 bits to the nearest other ones, down and up. */
function halfWays(bits: number): readonly [down: number, up: number] {
  const value = Math.abs(half(bits))
  const [below, above] = [Math.abs(half(bits - 1)), Math.abs(half(bits + 1))]
  const down = (value - below) / 2
  return [down, Number.isFinite(above) ? (above - value) / 2 : down]
}

/** Whether a decimal number stands for a number of 16 bits. */
function isHalf(decimal: number, bits: number): boolean {
  const distance = Math.abs(decimal) - Math.abs(half(bits))
  const [down, up] = halfWays(bits)
  return distance > -down && distance < up
}

/** The shortest decimal number that stands for a value. @param isSame whether one does */
function shortest(value: number, isSame: (decimal: number) => boolean): number {
  for (let digits = 1; digits < 17; digits++) {
    const decimal = Number(value.toPrecision(digits))
    if (isSame(decimal)) return decimal
  }
  return value
}

/** The shortest decimal number that stands for the value among those of its size. */
function decimalOf(type: Float, bytes: Uint8Array, value: number): number {
  if (!Number.isFinite(value) || value === 0 || type.size === 8) return value
  if (type.size === 4) return shortest(value, (decimal) => Math.fround(decimal) === value)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const bits = view.getUint16(0, type.order === 'little')
  return shortest(value, (decimal) => isHalf(decimal, bits & 0x7fff))
}

/**
 * A number of 16, 32 or 64 bits in as few digits as it takes, and never as an integer; NaN and infinities as Python's
 * json has them.
 * @throws BlpkError UNSUPPORTED for others
 */
export function floatText(type: Float, bytes: Uint8Array): string {
  const found = floatDescr(type, 'f')
  if ('what' in found) throw unsupported(`${found.what} are not supported`)
  const value = floatValue(type, bytes)
  if (Object.is(value, -0)) return '-0.0'
  const text = String(decimalOf(type, bytes, value))
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}
