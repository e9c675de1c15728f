// Parses the value of `--slice`: the keys inside the brackets of NumPy's `a[…]`.

import { usage } from '../../core/errors.js'
import type { AxisKey } from '../../verbs/decompress.js'

const INTEGER = /^\s*[-+]?\d+\s*$/
const LIST = /^\s*\[([^[\]]*)\]\s*$/

function wrong(text: string, part: string): Error {
  return usage(`'${part}' in '${text}' is not an index (such as 5, 0:10, ::-2, ..., or [1,5,7])`)
}

function parseInteger(text: string, whole: string, part: string): number {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw wrong(whole, part)
}

function parseRange(part: string, whole: string): AxisKey {
  const limits = part.split(':')
  if (limits.length > 3) throw wrong(whole, part)
  const [start, stop, step] = limits.map((limit) =>
    limit.trim() === '' ? undefined : parseInteger(limit, whole, part),
  )
  return { start, stop, step }
}

function parseKey(part: string, whole: string): AxisKey {
  const inner = LIST.exec(part)?.[1]
  if (inner !== undefined) {
    const items = inner.trim() === '' ? [] : inner.replace(/,\s*$/, '').split(',')
    return items.map((item) => parseInteger(item, whole, part))
  }
  if (part.trim() === '...') return '...'
  return part.includes(':') ? parseRange(part, whole) : parseInteger(part, whole, part)
}

/** Splits at commas that are not inside of brackets. */
function splitKeys(text: string): string[] {
  return text.split(/,(?![^[]*\])/)
}

/**
 * Reads what stands between the brackets of NumPy's `a[…]`: integers, ranges with steps, lists, and `...`.
 * @throws BlpkError USAGE
 */
export function parseSelection(text: string): AxisKey[] {
  const inside = text.trim().replace(/,\s*$/, '')
  if (inside === '') return []
  const keys = splitKeys(inside).map((part) => parseKey(part, text))
  if (keys.filter((key) => key === '...').length > 1) throw usage(`'${text}' has more than one '...'`)
  return keys
}
