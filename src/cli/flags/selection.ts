import type { Pick1 } from '../../array/picks.js'
import { usage } from '../../core/errors.js'

/** A key for an axis, or `...` for all axes that have none. */
export type Selected = Pick1 | '...'

const INTEGER = /^\s*[-+]?\d+\s*$/
const LIST = /^\s*\[([^[\]]*)\]\s*$/

function wrong(text: string, part: string): Error {
  return usage(`'${part}' in '${text}' is no key (such as 5, 0:10, ::-2, ..., or [1,5,7])`)
}

function parseInteger(text: string, whole: string, part: string): number {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw wrong(whole, part)
}

function parseRange(part: string, whole: string): Pick1 {
  const limits = part.split(':')
  if (limits.length > 3) throw wrong(whole, part)
  const [start, stop, step] = limits.map((limit) =>
    limit.trim() === '' ? undefined : parseInteger(limit, whole, part),
  )
  return { start, stop, step }
}

function parseKey(part: string, whole: string): Selected {
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
export function parseSelection(text: string): Selected[] {
  const inside = text.trim().replace(/,\s*$/, '')
  if (inside === '') return []
  const keys = splitKeys(inside).map((part) => parseKey(part, text))
  if (keys.filter((key) => key === '...').length > 1) throw usage(`'${text}' has more than one '...'`)
  return keys
}

/** The keys of each axis: `...` stands for as many whole axes as there are none for. */
export function keysFor(selected: readonly Selected[], ndim: number): (Pick1 | undefined)[] {
  const given = selected.filter((key) => key !== '...').length
  if (given > ndim) throw usage(`the slice has ${given} keys for an array of ${ndim} dimensions`)
  const rest = Array.from({ length: ndim - given }, () => undefined)
  return selected.flatMap((key) => (key === '...' ? rest : [key])).slice(0, ndim)
}
