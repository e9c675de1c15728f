// Values of flags: filters, shapes and types of items.

import { usage } from '../../core/errors.js'
import { checkedDtype } from '../../verbs/dtype.js'
import type { FilterOption } from '../../verbs/options.js'

/** A name or number, and a meta byte behind a colon. */
const NAME_AND_META = /^([^:,\s]+)(?::(-?\d{1,3}))?$/
const NO_FILTERS: readonly string[] = ['none', 'nofilter']

/** What a name with a meta byte stands for, such as `trunc_prec:10` or `170:3`. */
interface NamedMeta {
  name: string | number
  meta?: number
}

/** @throws BlpkError USAGE */
export function parseNamedMeta(what: string, text: string): NamedMeta {
  const [, name, meta] = NAME_AND_META.exec(text.trim()) ?? []
  if (name === undefined) throw usage(`'${text}' is not a valid ${what} (use a name or number, or name:meta)`)
  return {
    name: /^\d+$/.test(name) ? Number(name) : name,
    ...(meta !== undefined && { meta: Number(meta) }),
  }
}

/** @throws BlpkError USAGE */
export function parseFilters(text: string): FilterOption[] {
  if (NO_FILTERS.includes(text.trim().toLowerCase())) return []
  return text.split(',').map((part) => {
    const { name, meta } = parseNamedMeta('filter', part)
    return { filter: name, ...(meta !== undefined && { meta }) }
  })
}

/** The extents of a shape, such as `10,25,150`; none for a 0-d array. @throws BlpkError USAGE */
export function parseExtents(text: string): number[] {
  const inside = text
    .trim()
    .replace(/^\((.*)\)$/, '$1')
    .replace(/,\s*$/, '')
  const parts = inside.trim() === '' ? [] : inside.split(',')
  return parts.map((part) => {
    const extent = /^\s*\d{1,10}\s*$/.test(part) ? Number(part) : Number.NaN
    if (extent < 2 ** 31) return extent
    throw usage(`'${text}' is not a shape (such as 10,25,150)`)
  })
}

/** A shape, such as `100,-1`, of which one extent may be -1: what is left. @throws BlpkError USAGE */
export function parseShape(text: string): number[] {
  const wrong = usage(`'${text}' is not a shape (such as 100,200 or 100,-1)`)
  const inside = text
    .trim()
    .replace(/^\((.*)\)$/, '$1')
    .replace(/,\s*$/, '')
  const shape = inside.trim() === '' ? [] : inside.split(',').map(Number)
  if (
    !/^[\d\s,-]*$/.test(inside) ||
    /^\s*,|,\s*,/.test(inside) ||
    !shape.every((n) => Number.isSafeInteger(n) && n >= -1)
  )
    throw wrong
  if (shape.filter((n) => n === -1).length > 1) throw wrong
  return shape
}

/** A type as NumPy names it: `<f4`, `float32`, or `[('a', '<i4'), ('b', '<f8')]`. @throws BlpkError USAGE */
export function parseDtype(text: string): string {
  return checkedDtype(text, '--dtype')
}
