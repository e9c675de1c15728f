// Prints Python literals as Python's `repr` does.

import { type PyLiteral, PyTuple } from './literal.js'
import { quote } from './strings.js'

function reprTuple(items: readonly string[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
}

/** Prints a literal exactly as Python's repr does. */
export function repr(value: PyLiteral): string {
  if (value === null) return 'None'
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return `${value}`
  if (value instanceof PyTuple) return reprTuple(value.items.map(repr))
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`
  return `{${Array.from(value, ([key, item]) => `${quote(key)}: ${repr(item)}`).join(', ')}}`
}
