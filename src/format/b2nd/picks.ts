import { unsupported, usage } from '../../errors.js'

/** More indices than this do not fit in memory together. */
const MOST_INDICES = 2 ** 28

/** What is taken along one axis: a range with a step as in Python, an index, or a list of indices. */
export type Pick1 =
  | number
  | readonly number[]
  | { start?: number | undefined; stop?: number | undefined; step?: number | undefined }

/** Indices that are taken along an axis, in order. */
export interface AxisPick {
  indices: readonly number[]
  /** They follow each other without gaps. */
  dense: boolean
  /** A single index, whose axis the result does not have. */
  drop: boolean
}

function checkIndex(index: number, extent: number): number {
  const at = index < 0 ? index + extent : index
  if (!Number.isInteger(index) || at < 0 || at >= extent)
    throw usage(`index ${index} does not lie within an axis of ${extent}`)
  return at
}

function clampStart(
  value: number | undefined,
  extent: number,
  fallback: number,
  low: number,
  high: number,
): number {
  if (value === undefined) return fallback
  if (!Number.isInteger(value)) throw usage(`the limit ${value} of a slice is no integer`)
  return Math.min(Math.max(value < 0 ? value + extent : value, low), high)
}

/** What is taken along an axis, without a list of all indices. */
export interface AxisRange {
  count: number
  /** The `i`-th index that is taken. */
  at: (i: number) => number
  /** They follow each other without gaps. */
  dense: boolean
  /** A single index, whose axis the result does not have. */
  drop: boolean
}

/** A slice by Python's rules. */
function sliceRange(
  start: number | undefined,
  stop: number | undefined,
  step: number,
  extent: number,
): AxisRange {
  if (!Number.isInteger(step) || step === 0)
    throw usage(`the step ${step} of a slice is no integer other than 0`)
  const up = step > 0
  const [low, high] = up ? [0, extent] : [-1, extent - 1]
  const first = clampStart(start, extent, up ? low : high, low, high)
  const end = clampStart(stop, extent, up ? high : low, low, high)
  const count = Math.max(0, Math.ceil((end - first) / step))
  if (count > MOST_INDICES) throw unsupported(`${count} items along an axis are too many: read them in parts`)
  return { count, at: (i) => first + i * step, dense: step === 1 || count < 2, drop: false }
}

/**
 * What a key means along an axis.
 * @throws BlpkError USAGE for indices out of range, and steps of 0
 */
export function axisRange(key: Pick1 | undefined, extent: number): AxisRange {
  if (typeof key === 'number') {
    const index = checkIndex(key, extent)
    return { count: 1, at: () => index, dense: true, drop: true }
  }
  if (Array.isArray(key)) {
    const indices = (key as readonly number[]).map((index) => checkIndex(index, extent))
    const dense = indices.every((at, i) => i === 0 || at === (indices[i - 1] ?? 0) + 1)
    return { count: indices.length, at: (i) => indices[i] ?? 0, dense, drop: false }
  }
  const { start, stop, step = 1 } = (key ?? {}) as Exclude<Pick1, number | readonly number[]>
  return sliceRange(start, stop, step, extent)
}

/**
 * What a key means along an axis, as a list of indices.
 * @throws BlpkError USAGE for indices out of range, and steps of 0
 */
export function axisPick(key: Pick1 | undefined, extent: number): AxisPick {
  const { count, at, dense, drop } = axisRange(key, extent)
  return { indices: Array.from({ length: count }, (_, i) => at(i)), dense, drop }
}

/** A run of indices inside one block: `from` there, `to` in the result, `step` items apart. */
export interface Run {
  from: number
  to: number
}

/** The indices of an axis by chunk and block. */
export interface BlockPicks {
  chunk: number
  block: number
  runs: Run[]
}

/** Sorts picks by the block that they lie in, so that each block is decoded once. */
export function picksByBlock(pick: AxisPick, chunk: number, block: number): BlockPicks[] {
  const groups = new Map<string, BlockPicks>()
  pick.indices.forEach((at, to) => {
    const c = Math.floor(at / chunk)
    const inside = at - c * chunk
    const b = Math.floor(inside / block)
    const key = `${c},${b}`
    let group = groups.get(key)
    if (group === undefined) {
      group = { chunk: c, block: b, runs: [] }
      groups.set(key, group)
    }
    group.runs.push({ from: inside - b * block, to })
  })
  return [...groups.values()].sort((a, b) => a.chunk - b.chunk || a.block - b.block)
}
