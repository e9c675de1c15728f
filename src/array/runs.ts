// Plans copies between arrays as few, long runs along each axis, for the kernels and for plain memory.

import type { Runs } from './picks.js'

/** Runs along one axis, with the strides of both sides. */
export interface AxisRuns {
  runs: Runs
  /** From one index to the next in the source, in items. */
  from: number
  /** From one index to the next in the target, in items. */
  to: number
}

/** Strides of an array in C order, in items. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides: number[] = new Array(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis] ?? 1
  }
  return strides
}

/** Merges the last axes that are whole on both sides into one, for longer runs. */
function fold(axes: AxisRuns[]): AxisRuns[] {
  for (let last = axes.pop(); last !== undefined; last = axes.pop()) {
    const before = axes.at(-1)
    const [from, to, length] = last.runs
    const whole = last.runs.length === 3 && from === 0 && to === 0 && length !== undefined
    if (
      before === undefined ||
      !whole ||
      before.from !== last.from * length ||
      before.to !== last.to * length
    )
      return [...axes, last]
    axes[axes.length - 1] = { runs: before.runs.map((n) => n * length), from: last.from, to: last.to }
  }
  return axes
}

/** The runs between two arrays in C order, axis by axis, as few and as long as possible. */
export function axesOf(runs: readonly Runs[], from: readonly number[], to: readonly number[]): AxisRuns[] {
  const [source, target] = [stridesOf(from), stridesOf(to)]
  if (runs.length === 0) return [{ runs: [0, 0, 1], from: 1, to: 1 }]
  return fold(runs.map((r, axis) => ({ runs: r, from: source[axis] ?? 1, to: target[axis] ?? 1 })))
}

/** The words of a plan for the kernels (`runs.ts` there). @param itemBytes size of an item, in bytes */
export function planWords(axes: readonly AxisRuns[], itemBytes: number): number[] {
  const words: number[] = []
  for (const { runs, from, to } of axes) {
    words.push(runs.length / 3, from, to * itemBytes)
    for (const n of runs) words.push(n)
  }
  return words
}

/** The first item that the runs take and the one after the last, in items of the source. */
export function spanOfRuns(axes: readonly AxisRuns[]): [first: number, end: number] {
  let [first, last] = [0, 0]
  for (const { runs, from } of axes) {
    let [low, high] = [Number.POSITIVE_INFINITY, 0]
    for (let i = 0; i < runs.length; i += 3) {
      const at = runs[i] ?? 0
      low = Math.min(low, at)
      high = Math.max(high, at + (runs[i + 2] ?? 0) - 1)
    }
    first += low * from
    last += high * from
  }
  return [first, last + 1]
}

/** Rows shorter than this (in bytes) are copied item by item: a view would cost more. */
const SHORT_ROW = 128

/** Integers as wide as the items allow; floats would change some NaNs. */
type Words = Uint32Array | Uint16Array | Uint8Array

function wordsOf(bytes: Uint8Array, width: number): Words {
  const { buffer, byteOffset, length } = bytes
  if (width === 4) return new Uint32Array(buffer, byteOffset, Math.floor(length / 4))
  return width === 2 ? new Uint16Array(buffer, byteOffset, Math.floor(length / 2)) : bytes
}

function wordWidth(a: Uint8Array, b: Uint8Array, itemBytes: number): 4 | 2 | 1 {
  const all = a.byteOffset | b.byteOffset | itemBytes
  if (all % 4 === 0) return 4
  return all % 2 === 0 ? 2 : 1
}

/** Copies `count` short rows without a call per row. */
function strided(
  source: Words,
  target: Words,
  [from, to, length]: readonly [number, number, number],
  [step, stride, count]: readonly [number, number, number],
): void {
  for (let k = 0, a = from, b = to; k < count; k++, a += step, b += stride)
    for (let i = 0; i < length; i++) target[b + i] = source[a + i] as number
}

/**
 * Copies items between arrays in ordinary memory; the kernels do it if both are in the arena.
 * @param base position of index 0 on all axes, in items: strides may be negative
 */
export function copyAxes(
  axes: readonly AxisRuns[],
  itemBytes: number,
  from: Uint8Array,
  to: Uint8Array,
  base = 0,
): void {
  const width = wordWidth(from, to, itemBytes)
  const [source, target] = [wordsOf(from, width), wordsOf(to, width)]
  const scale = itemBytes / width
  const short = SHORT_ROW / width
  const row = (at: number, put: number, length: number): void => {
    if (length >= short) target.set(source.subarray(at, at + length), put)
    else for (let i = 0; i < length; i++) target[put + i] = source[at + i] as number
  }
  const [first = 0, there = 0, each = 0] = axes.at(-1)?.runs ?? []
  const words = each * scale
  const isStrided = axes.at(-1)?.runs.length === 3 && first === 0 && there === 0 && words < short
  const walk = (axis: number, at: number, put: number): void => {
    const { runs, from: step, to: stride } = axes[axis] as AxisRuns
    const left = axes.length - 1 - axis
    for (let i = 0; i < runs.length; i += 3) {
      let a = at + (runs[i] ?? 0) * step * scale
      let b = put + (runs[i + 1] ?? 0) * stride * scale
      const length = runs[i + 2] ?? 0
      if (left === 0) row(a, b, length * scale)
      else if (left === 1 && isStrided)
        strided(source, target, [a, b, words], [step * scale, stride * scale, length])
      else for (let k = 0; k < length; k++, a += step * scale, b += stride * scale) walk(axis + 1, a, b)
    }
  }
  walk(0, 0, base * scale)
}
