// Parses the code or name of a simple NumPy type, such as `<f4`, `int32` or `M8[ns]`.

import { unsupported } from '../../core/errors.js'
import { quote } from './strings.js'

/** A type without fields: its dtype.str, as '<f4' or '|S5', and the size of an item in bytes. */
export interface SimpleType {
  code: string
  itemsize: number
}

const MAX_SHOWN = 40
const CODE = /^([<>=|]?)([A-Za-z?])(\d*)(\[[^\]]*\])?$/
/** A count and a unit of time, as in M8[25ns]. */
const TIME_UNIT = /^\[(\d*)(Y|M|W|D|h|m|s|ms|us|μs|ns|ps|fs|as|generic)\]$/

const FIXED_SIZES: ReadonlyMap<string, readonly number[]> = new Map([
  ['b', [1]],
  ['i', [1, 2, 4, 8]],
  ['u', [1, 2, 4, 8]],
  ['f', [2, 4, 8, 12, 16]],
  ['c', [8, 16, 24, 32]],
  ['M', [8]],
  ['m', [8]],
])
/** Types whose number counts characters, and the bytes that one takes. */
const CHARACTER_BYTES: ReadonlyMap<string, number> = new Map([
  ['S', 1],
  ['V', 1],
  ['U', 4],
])

/** One-letter codes and names that mean the same size on every platform. */
const NAMES: Record<string, string> = {
  b1: '? bool bool_ bool8',
  i1: 'b byte int8',
  i2: 'h short int16',
  i4: 'i intc int32',
  i8: 'q longlong int64',
  u1: 'B ubyte uint8',
  u2: 'H ushort uint16',
  u4: 'I uintc uint32',
  u8: 'Q ulonglong uint64',
  f2: 'e half float16',
  f4: 'f single float32',
  f8: 'd double float float_ float64',
  f12: 'float96',
  f16: 'float128',
  c8: 'F csingle complex64',
  c16: 'D cdouble complex complex_ complex128',
  c24: 'complex192',
  c32: 'complex256',
  M8: 'M datetime64',
  m8: 'm timedelta64',
  S1: 'c',
  S: 'bytes bytes_ string_',
  U: 'str str_ unicode unicode_',
  V: 'void',
  O: 'object object_',
}

let known: ReadonlyMap<string, string> | undefined

function aliases(): ReadonlyMap<string, string> {
  known ??= new Map(
    Object.entries(NAMES).flatMap(([code, list]) => list.split(' ').map((name) => [name, code] as const)),
  )
  return known
}

const TIME_NAME = /^(datetime64|timedelta64)(?=\[)/

function unknown(text: string): Error {
  const shown = quote(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
  return unsupported(
    `the NumPy type ${shown} is not supported; convert the array, for example with astype('<f8')`,
  )
}

/** The object types: O, and T, NumPy 2's strings of variable length. */
function refuseObjects(kind: string): void {
  if (kind !== 'O' && kind !== 'T') return
  throw unsupported(
    'object arrays hold pointers to Python objects, not data; convert the array to a type of fixed size ' +
      "first, for example with astype('U20') or astype('f8')",
  )
}

/** The unit of a time as NumPy writes it: no count of 1, nothing for generic. */
function timeUnit(text: string, unit: string): string {
  const [, count, name] = TIME_UNIT.exec(unit) ?? []
  if (name === undefined) throw unknown(text)
  if (name === 'generic') return ''
  return `[${count === '' || Number(count) === 1 ? '' : Number(count)}${name === 'μs' ? 'us' : name}]`
}

function expandAlias(text: string): string {
  const name = text.replace(TIME_NAME, (found) => (found === 'datetime64' ? 'M8' : 'm8'))
  const [order = ''] = /^[<>=|]/.exec(name) ?? []
  const code = aliases().get(name.slice(order.length))
  return code === undefined ? name : order + code
}

function bytesOf(text: string, kind: string, digits: string): number {
  const size = Number(digits)
  const perCharacter = CHARACTER_BYTES.get(kind)
  if (perCharacter === undefined && FIXED_SIZES.get(kind)?.includes(size) !== true) throw unknown(text)
  const bytes = size * (perCharacter ?? 1)
  if (!Number.isSafeInteger(bytes)) throw unknown(text)
  return bytes
}

/**
 * Brings the code or name of a type into the form of dtype.str. Native byte order counts as little-endian.
 * @throws BlpkError UNSUPPORTED for objects, unknown types, and names whose size depends on the platform
 */
export function parseTypeCode(text: string): SimpleType {
  const [, order, letter, digits = '', unit] = CODE.exec(expandAlias(text)) ?? []
  if (letter === undefined) throw unknown(text)
  refuseObjects(letter)
  const kind = letter === 'a' ? 'S' : letter
  const itemsize = bytesOf(text, kind, digits)
  const isTime = kind === 'M' || kind === 'm'
  if (unit !== undefined && !isTime) throw unknown(text)
  const ordered = kind === 'U' || (kind !== 'S' && kind !== 'V' && itemsize > 1)
  const mark = !ordered ? '|' : order === '>' ? '>' : '<'
  return {
    code: `${mark}${kind}${Number(digits)}${unit === undefined ? '' : timeUnit(text, unit)}`,
    itemsize,
  }
}
