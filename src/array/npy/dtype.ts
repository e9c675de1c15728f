// NumPy dtypes, simple and structured: parsing them, their sizes, and their text as NumPy writes it.

import { damaged, unsupported } from '../../core/errors.js'
import { type PyLiteral, PyTuple } from './literal.js'
import { repr } from './repr.js'
import { parseTypeCode } from './typecode.js'

/** A field of a structured type. */
export interface Field {
  /** '' for padding. */
  name: string
  /** A second name, if the field has one. */
  title?: string | null
  type: Descr | Subarray
  /** How many items of the type it holds along each axis, if it is a subarray. */
  shape?: readonly number[]
}

/** The type of a field whose items are subarrays: NumPy keeps it apart from one of all their axes. */
export interface Subarray {
  item: Descr | Subarray
  shape: readonly number[]
}

/** A NumPy type in canonical form: dtype.str as '<f4' for a simple one, else its fields in order. */
export type Descr = string | readonly Field[]

/** A type and how many bytes an item of it takes. */
export interface Dtype {
  descr: Descr
  itemsize: number
}

/**
 * How many bytes items of this size take in an array of this shape.
 * @param what names the array in the message
 * @throws BlpkError DAMAGED when it is more than 2^53
 */
export function arrayBytes(itemsize: number, shape: readonly number[], what: string): number {
  const bytes = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, itemsize)
  if (!Number.isSafeInteger(bytes))
    throw damaged(`${what} claims more than 2^53 bytes; its shape cannot be right`)
  return bytes
}

/** @returns whether it is a list of integers from 0 */
export function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
}

/** The items of a list or tuple; undefined for anything else. */
function sequence(value: PyLiteral | undefined): readonly PyLiteral[] | undefined {
  if (value instanceof PyTuple) return value.items
  return Array.isArray(value) ? value : undefined
}

/** Turns literals into types; `what` names the text in messages. */
class DtypeParser {
  constructor(private readonly what: string) {}

  private error(problem: string): Error {
    return damaged(`the dtype in ${this.what} is malformed: ${problem}`)
  }

  parse(literal: PyLiteral): Dtype {
    if (typeof literal === 'string') {
      const { code, itemsize } = parseTypeCode(literal)
      return { descr: code, itemsize }
    }
    if (Array.isArray(literal)) return this.fields(literal)
    throw this.error('it is neither a string nor a list of fields')
  }

  private fields(literals: readonly PyLiteral[]): Dtype {
    const names = new Set<string>()
    const fields: Field[] = []
    let itemsize = 0
    for (const literal of literals) {
      const { field, bytes } = this.field(literal)
      for (const name of [field.title, field.name]) {
        if (typeof name !== 'string' || name === '') continue
        if (names.has(name)) throw this.error(`the field ${repr(name.slice(0, 40))} appears twice`)
        names.add(name)
      }
      fields.push(field)
      itemsize = arrayBytes(itemsize + bytes, [], this.what)
    }
    return { descr: fields, itemsize }
  }

  /** (name, type) or (name, type, shape). */
  private field(literal: PyLiteral): { field: Field; bytes: number } {
    const parts = sequence(literal)
    const [name, type, shape] = parts ?? []
    if (name === undefined || type === undefined || (parts?.length ?? 0) > 3) {
      throw this.error('a field is not (name, type) or (name, type, shape)')
    }
    const { descr, itemsize, shapes } = this.subarray(type)
    const [outer, ...inner] = [this.shape(shape), ...shapes].filter(({ length }) => length > 0)
    const nested = inner.reduceRight((item: Descr | Subarray, axes) => ({ item, shape: axes }), descr)
    const field: Field = { ...this.name(name), type: nested, ...(outer !== undefined && { shape: outer }) }
    return { field, bytes: arrayBytes(itemsize, [...(outer ?? []), ...inner.flat()], this.what) }
  }

  /** 'name' or ('title', 'name'). */
  private name(literal: PyLiteral): Pick<Field, 'name' | 'title'> {
    if (typeof literal === 'string') return { name: literal }
    const [title, name, more] = sequence(literal) ?? []
    const titled = typeof title === 'string' || title === null
    if (!titled || typeof name !== 'string' || more !== undefined)
      throw this.error('the name of a field is not a string')
    return { name, title }
  }

  /** A field's type may be the tuple (type, shape) itself, and the type in that too; outer shapes come first. */
  private subarray(type: PyLiteral): Dtype & { shapes: readonly (readonly number[])[] } {
    if (!(type instanceof PyTuple)) return { ...this.parse(type), shapes: [] }
    const [inner, shape] = type.items
    if (inner === undefined || shape === undefined || type.items.length > 2)
      throw this.error('a type is not (type, shape)')
    const { shapes, ...dtype } = this.subarray(inner)
    return { ...dtype, shapes: [this.shape(shape), ...shapes] }
  }

  /** As NumPy reads it, the shape 1 or () is none at all, and n is (n,). */
  private shape(literal: PyLiteral | undefined): readonly number[] {
    if (literal === undefined || literal === 1) return []
    const shape = typeof literal === 'number' ? [literal] : sequence(literal)?.slice()
    if (!isShape(shape)) throw this.error('the shape of a field is not made of non-negative integers')
    return shape
  }
}

/**
 * Reads a type as it stands in a .npy header or, once parsed, in Bloscpack metadata.
 * @param what names that place in messages
 * @throws BlpkError DAMAGED when it is malformed, UNSUPPORTED for objects and unknown types
 */
export function parseDescr(literal: PyLiteral, what: string): Dtype {
  if (literal instanceof PyTuple) {
    throw unsupported(`the dtype in ${what} is a subarray type; save the array with its plain item type`)
  }
  return new DtypeParser(what).parse(literal)
}

function typeLiteral(type: Descr | Subarray): PyLiteral {
  if (typeof type === 'string' || !('item' in type)) return descrLiteral(type)
  return new PyTuple([typeLiteral(type.item), new PyTuple(type.shape)])
}

function fieldLiteral({ name, title, type, shape }: Field): PyTuple {
  const named = title === undefined ? name : new PyTuple([title, name])
  const parts = [named, typeLiteral(type)]
  return new PyTuple(shape === undefined ? parts : [...parts, new PyTuple(shape)])
}

/** The type as the Python literal that numpy.save writes: dtype.str, or dtype.descr for fields. */
function descrLiteral(descr: Descr): PyLiteral {
  return typeof descr === 'string' ? descr : descr.map(fieldLiteral)
}

/** The type as Bloscpack's metadata name it: "'<f4'", or "[('a', '<i4'), ('b', '<f8')]" for fields. */
export function dtypeRepr(descr: Descr): string {
  return repr(descrLiteral(descr))
}
