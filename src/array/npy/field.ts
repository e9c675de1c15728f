// Where a field lies in the items of a structured type, and what NumPy's `a['field']` makes of it.

import { usage } from '../../core/errors.js'
import type { Descr, Dtype, Field, Subarray } from './dtype.js'
import { parseTypeCode } from './typecode.js'

/** A part of each item. */
export interface FieldPlace extends Dtype {
  /** From the start of the item, in bytes. */
  offset: number
  /** Axes that the field adds behind those of the array, if it holds subarrays. */
  shape: readonly number[]
}

function product(extents: readonly number[]): number {
  return extents.reduce((size, extent) => size * extent, 1)
}

/** A type without subarrays, and the axes of those that were around it. */
function unwrap(
  type: Descr | Subarray,
  outer: readonly number[] = [],
): { descr: Descr; shape: readonly number[] } {
  if (typeof type === 'string' || !('item' in type)) return { descr: type, shape: outer }
  return unwrap(type.item, [...outer, ...type.shape])
}

function itemsizeOf(descr: Descr): number {
  if (typeof descr === 'string') return parseTypeCode(descr).itemsize
  return descr.reduce((sum, field) => sum + fieldBytes(field), 0)
}

function fieldBytes({ type, shape }: Field): number {
  const inner = unwrap(type, shape)
  return product(inner.shape) * itemsizeOf(inner.descr)
}

function fieldNames(fields: readonly Field[]): string {
  return fields
    .filter(({ name }) => name !== '')
    .map(({ name }) => `'${name}'`)
    .join(', ')
}

/**
 * Finds a field by its name or title.
 * @throws BlpkError USAGE if the items have no such field
 */
export function fieldOf(descr: Descr, wanted: string): FieldPlace {
  if (typeof descr === 'string')
    throw usage(`the items have no field '${wanted}': they are plain items of the dtype ${descr}`)
  let offset = 0
  for (const field of descr) {
    if (wanted !== '' && (field.name === wanted || field.title === wanted)) {
      const { descr: inner, shape } = unwrap(field.type, field.shape)
      return { descr: inner, itemsize: itemsizeOf(inner), offset, shape }
    }
    offset += fieldBytes(field)
  }
  throw usage(`the items have no field '${wanted}', but ${fieldNames(descr)}`)
}
