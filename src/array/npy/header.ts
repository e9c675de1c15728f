// Reads and writes the headers of `.npy` files, byte for byte as `numpy.save` does.

import { damaged, unsupported } from '../../core/errors.js'
import { arrayBytes, type Descr, dtypeRepr, isShape, parseDescr } from './dtype.js'
import { type PyLiteral, PyTuple, parseLiteral } from './literal.js'
import { NPY_MAGIC } from './magic.js'
import { repr } from './repr.js'

/** How the items follow each other: C with the last index fastest, F (Fortran) with the first. */
export type Order = 'C' | 'F'

/** What it takes to write a .npy header. */
export interface ArrayLayout {
  descr: Descr
  shape: readonly number[]
  order: Order
}

/** The header of a .npy file. */
export interface NpyHeader extends ArrayLayout {
  version: [number, number]
  shape: number[]
  /** The type as Bloscpack's metadata name it. */
  dtype: string
  /** Size of an item, in bytes; 0 is possible ('|S0'). */
  itemsize: number
  /** Where the data start, in bytes. */
  headerBytes: number
  /** Size of the data, in bytes. */
  nbytes: number
}

const WHAT = 'the .npy header'
const VERSION_END = 8
const MAX_HEADER_BYTES = 2 ** 20
const MAX_U16 = 2 ** 16 - 1
/** Data start at a multiple of this. */
const ALIGNMENT = 64
/** NumPy leaves room for the growing axis to become this many digits long. */
const GROWTH_DIGITS = 21
const KEYS = ['descr', 'fortran_order', 'shape'] as const

function checkMagic(bytes: Uint8Array): void {
  const known = bytes.subarray(0, NPY_MAGIC.length)
  if (!known.every((byte, i) => NPY_MAGIC[i] === byte))
    throw damaged('this is not a .npy file: it does not start with \\x93NUMPY')
}

/** How many bytes the header length takes: 2 in version 1, else 4. */
function lengthBytes(major: number, minor: number): number {
  if (major < 1 || major > 3 || minor !== 0) {
    throw unsupported(`the .npy file has version ${major}.${minor}; save it with version 1.0, 2.0 or 3.0`)
  }
  return major === 1 ? 2 : 4
}

function decode(bytes: Uint8Array, major: number): string {
  if (major < 3) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw damaged(`${WHAT} is not UTF-8, which version 3.0 requires`)
  }
}

function parseKeys(literal: PyLiteral): (key: (typeof KEYS)[number]) => PyLiteral {
  if (!(literal instanceof Map)) throw damaged(`${WHAT} is not a dict`)
  const missing = KEYS.find((key) => !literal.has(key))
  if (missing !== undefined) throw damaged(`${WHAT} has no '${missing}'`)
  if (literal.size > KEYS.length) throw damaged(`${WHAT} has keys other than descr, fortran_order and shape`)
  return (key) => literal.get(key) ?? null
}

function parseDict(text: string): Pick<NpyHeader, 'dtype' | 'itemsize' | 'nbytes' | keyof ArrayLayout> {
  const get = parseKeys(parseLiteral(text, WHAT))
  const shape = get('shape')
  const fortran = get('fortran_order')
  const sizes = shape instanceof PyTuple ? shape.items.slice() : undefined
  if (!isShape(sizes)) throw damaged(`the shape in ${WHAT} is not a tuple of non-negative integers`)
  if (typeof fortran !== 'boolean') throw damaged(`fortran_order in ${WHAT} is neither True nor False`)
  const { descr, itemsize } = parseDescr(get('descr'), WHAT)
  const nbytes = arrayBytes(itemsize, sizes, 'the .npy file')
  return { descr, dtype: dtypeRepr(descr), itemsize, shape: sizes, order: fortran ? 'F' : 'C', nbytes }
}

/**
 * Reads the header of a .npy file, version 1.0, 2.0 or 3.0.
 * @param bytes the beginning of the file; more than the header does no harm
 * @returns the header, or how many bytes from the beginning are needed to say more
 * @throws BlpkError DAMAGED when it is malformed or longer than 1 MiB; UNSUPPORTED for another version, for
 * objects, and for unknown types
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader | { needed: number } {
  checkMagic(bytes)
  const [major, minor] = bytes.subarray(NPY_MAGIC.length, VERSION_END)
  if (major === undefined || minor === undefined) return { needed: VERSION_END + 2 }
  const start = VERSION_END + lengthBytes(major, minor)
  if (bytes.length < start) return { needed: start }
  const view = new DataView(bytes.buffer, bytes.byteOffset, start)
  const length = major === 1 ? view.getUint16(VERSION_END, true) : view.getUint32(VERSION_END, true)
  if (length > MAX_HEADER_BYTES) throw damaged(`${WHAT} claims ${length} bytes; the limit is 1 MiB`)
  const headerBytes = start + length
  if (bytes.length < headerBytes) return { needed: headerBytes }
  return {
    version: [major, minor],
    ...parseDict(decode(bytes.subarray(start, headerBytes), major)),
    headerBytes,
  }
}

/** As NumPy sees it, an array that has its items in the same places either way is a C array. */
export function numpyOrder({ shape, order }: Pick<ArrayLayout, 'shape' | 'order'>): Order {
  const distinct = !shape.includes(0) && shape.filter((n) => n > 1).length > 1
  return distinct ? order : 'C'
}

/** Puts magic, version and length before the text, and spaces and a newline after it. */
function wrap(text: Buffer, major: number): Uint8Array {
  const start = VERSION_END + lengthBytes(major, 0)
  const used = start + text.length + 1
  const out = new Uint8Array(used + ALIGNMENT - (used % ALIGNMENT)).fill(0x20)
  const view = new DataView(out.buffer)
  out.set(NPY_MAGIC)
  out.set([major, 0], NPY_MAGIC.length)
  if (major === 1) view.setUint16(VERSION_END, out.length - start, true)
  else view.setUint32(VERSION_END, out.length - start, true)
  out.set(text, start)
  out[out.length - 1] = 0x0a
  return out
}

/**
 * Writes the header that numpy.save (NumPy 1.23 and later) writes for such an array, byte for byte: in
 * version 1.0, in 2.0 when that is too short, in 3.0 when names are not Latin-1.
 */
export function formatNpyHeader(layout: ArrayLayout): Uint8Array {
  const { descr, shape } = layout
  const fortran = numpyOrder(layout) === 'F'
  const growing = fortran ? shape.at(-1) : shape[0]
  const room = growing === undefined ? 0 : GROWTH_DIGITS - `${growing}`.length
  const axes = repr(new PyTuple(shape))
  const dict = `{'descr': ${dtypeRepr(descr)}, 'fortran_order': ${repr(fortran)}, 'shape': ${axes}, }`
  const text = dict + ' '.repeat(room)
  if (/[^\0-\xff]/.test(text)) return wrap(Buffer.from(text, 'utf8'), 3)
  const header = wrap(Buffer.from(text, 'latin1'), 1)
  return header.length - VERSION_END - 2 > MAX_U16 ? wrap(Buffer.from(text, 'latin1'), 2) : header
}
