// Parses the values of `--bytes` and `--items`: ranges as in Python's `[start:stop]`.

import { usage } from '../../core/errors.js'
import type { Slice } from '../../verbs/decompress.js'

const SLICE = /^(-?\d+)?:(-?\d+)?$/

/** @throws BlpkError USAGE */
export function parseSlice(text: string): Slice {
  const found = SLICE.exec(text.trim())
  if (found === null) throw usage(`'${text}' is not a range start:stop (such as 0:100, -100: or :)`)
  const [start, stop] = [found[1], found[2]].map((end) => (end === undefined ? undefined : Number(end)))
  for (const end of [start, stop]) {
    if (end !== undefined && !Number.isSafeInteger(end)) throw usage(`the range '${text}' is too large`)
  }
  return { ...(start !== undefined && { start }), ...(stop !== undefined && { stop }) }
}
