import { usage } from '../../core/errors.js'
import type { ByteRange } from '../../format/bloscpack/range.js'

/** A range as it was asked for, as in Python's `[start:stop]`: either end may be missing or negative. */
export interface Slice {
  start?: number
  stop?: number
}

const SLICE = /^(-?\d+)?:(-?\d+)?$/

/** @throws BlpkError USAGE */
export function parseSlice(text: string): Slice {
  const found = SLICE.exec(text.trim())
  if (found === null) throw usage(`'${text}' is no range start:stop (such as 0:100, -100: or :)`)
  const [start, stop] = [found[1], found[2]].map((end) => (end === undefined ? undefined : Number(end)))
  for (const end of [start, stop]) {
    if (end !== undefined && !Number.isSafeInteger(end)) throw usage(`the range '${text}' is too large`)
  }
  return { ...(start !== undefined && { start }), ...(stop !== undefined && { stop }) }
}

function resolveEnd(end: number, length: number): number {
  return Math.min(length, Math.max(0, end < 0 ? length + end : end))
}

/** Clips a slice to a length, as Python does: it may come out empty. */
export function resolveSlice(slice: Slice, length: number): ByteRange {
  const start = resolveEnd(slice.start ?? 0, length)
  return { start, stop: Math.max(start, resolveEnd(slice.stop ?? length, length)) }
}
