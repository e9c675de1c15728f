// The metadata by which Bloscpack describes a NumPy array: writing and reading them.

import { damaged } from '../../core/errors.js'
import { membersOf } from '../../core/json/edit.js'
import { parseJson } from '../../core/json/value.js'
import { arrayBytes, type Dtype, isShape, parseDescr } from './dtype.js'
import { type ArrayLayout, type NpyHeader, numpyOrder, type Order } from './header.js'
import { type PyLiteral, PyTuple, parseLiteral } from './literal.js'

/** What Bloscpack stores about an array, in this order of keys. */
export interface NdarrayMetadata {
  dtype: string
  shape: number[]
  order: Order
  container: 'numpy'
}

/** An array as its metadata describe it. */
export interface NdarrayLayout extends ArrayLayout {
  shape: number[]
  /** Size of an item, in bytes; 0 is possible ('|S0'). */
  itemsize: number
  /** Size of the data, in bytes. */
  nbytes: number
}

/** Members of the metadata that describe an array. */
export const ARRAY_KEYS: readonly string[] = ['dtype', 'shape', 'order', 'container']

const WHAT = "the archive's metadata"
const MAX_DEPTH = 64
/** A Python string or list, not the bare name of a type. */
const LITERAL_START = /^\s*(?:[uUbB]?['"]|[[({])/

/** The metadata that Bloscpack writes for the array. */
export function ndarrayMetadata(header: Pick<NpyHeader, 'dtype' | 'shape' | 'order'>): NdarrayMetadata {
  return { dtype: header.dtype, shape: [...header.shape], order: numpyOrder(header), container: 'numpy' }
}

/** JSON has no tuples: as in Bloscpack, a list whose first item is not a list stands for one. */
function fromJson(value: unknown, depth: number): PyLiteral {
  if (typeof value === 'string' || value === null) return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (!Array.isArray(value) || depth > MAX_DEPTH) {
    throw damaged(`the dtype in ${WHAT} is malformed: it is made of more than strings, integers and lists`)
  }
  const items = value.map((item) => fromJson(item, depth + 1))
  return items.length === 0 || Array.isArray(value[0]) ? items : new PyTuple(items)
}

/**
 * Reads what stands under "dtype" in Bloscpack metadata: the repr of a Python string or list, or, before
 * Bloscpack 0.7.2, the bare code or name of a type or nested JSON lists.
 * @param what names the place in messages
 * @throws BlpkError DAMAGED when it is malformed, UNSUPPORTED for objects and unknown types
 */
export function parseMetadataDtype(dtype: unknown, what = WHAT): Dtype {
  if (typeof dtype !== 'string') return parseDescr(fromJson(dtype, 0), what)
  return parseDescr(LITERAL_START.test(dtype) ? parseLiteral(dtype, `the dtype in ${what}`) : dtype, what)
}

/**
 * Reads the metadata of an archive that holds an array.
 * @returns undefined when they do not describe one, that is, are no object with "container": "numpy"
 * @throws BlpkError DAMAGED when they say so and contradict themselves; UNSUPPORTED for objects and unknown
 * types
 */
export function parseNdarrayMetadata(metadata: unknown): NdarrayLayout | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined
  const { container, shape, order, dtype }: Partial<Record<keyof NdarrayMetadata, unknown>> = metadata
  if (container !== 'numpy') return undefined
  if (dtype === undefined) throw damaged(`${WHAT} describes an array without a dtype`)
  if (!isShape(shape)) throw damaged(`the shape in ${WHAT} is not a list of non-negative integers`)
  if (order !== 'C' && order !== 'F') throw damaged(`the order in ${WHAT} is neither C nor F`)
  const { descr, itemsize } = parseMetadataDtype(dtype)
  return {
    descr,
    itemsize,
    shape: [...shape],
    order,
    nbytes: arrayBytes(itemsize, shape, 'the array in the archive'),
  }
}

/**
 * The array that metadata describe, as {@link parseNdarrayMetadata} finds it; no other member is made a value.
 * @param json the metadata as JSON text
 * @throws BlpkError DAMAGED, UNSUPPORTED
 */
export function ndarrayIn(json: string | undefined): NdarrayLayout | undefined {
  const members = json === undefined ? undefined : membersOf(json, ARRAY_KEYS)
  if (members === undefined || !members.some(({ key }) => key === 'container')) return undefined
  return parseNdarrayMetadata(Object.fromEntries(members.map(({ key, value }) => [key, parseJson(value)])))
}
