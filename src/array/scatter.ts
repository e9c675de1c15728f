// Puts items that arrive in storage order into the order of a selection.

import { product } from './geometry.js'
import type { Runs } from './picks.js'
import { type AxisRuns, copyAxes } from './runs.js'

/** An axis of the arriving items. */
export interface ScatterAxis {
  count: number
  /** Where the first index goes, in items. */
  base: number
  /** From one index of the result to the next, in items; negative if the result has them the other way round. */
  stride: number
  /** Runs from the indices `first` to `end`, counted from `first`, to those of the result; undefined if they are the same. */
  places: ((first: number, end: number) => Runs) | undefined
}

/** Half-open range of indices along each axis. */
type Box = readonly (readonly [first: number, end: number])[]

/** The boxes that the rows `first` to `end` of C order make, in this order. */
function* boxesOf(counts: readonly number[], first: number, end: number): Generator<Box> {
  const [, ...inner] = counts
  const size = product(inner)
  if (first % size === 0 && end % size === 0) {
    if (end > first) yield [[first / size, end / size], ...inner.map((count) => [0, count] as const)]
    return
  }
  const at = Math.floor(first / size)
  const border = Math.min(end, (at + 1) * size)
  for (const box of boxesOf(inner, first - at * size, border - at * size)) yield [[at, at + 1], ...box]
  if (border < end) yield* rest(counts, size, border, end)
}

/** The same from a row that the slowest axis begins a new index with. */
function* rest(counts: readonly number[], size: number, first: number, end: number): Generator<Box> {
  const whole = end - (end % size)
  yield* boxesOf(counts, first, whole)
  if (whole < end)
    for (const box of boxesOf(counts.slice(1), 0, end - whole))
      yield [[whole / size, whole / size + 1], ...box]
}

/** Takes items that arrive in order, in pieces of any size, and puts them in their places. */
export class Scatter {
  readonly #axes: readonly ScatterAxis[]
  readonly #counts: readonly number[]
  /** Where the first item goes, in items. */
  readonly #base: number
  readonly #itemBytes: number
  /** Number of items that are adjacent on both sides. */
  readonly #row: number

  /** @param axes of the arriving items, the slowest first */
  constructor(axes: readonly ScatterAxis[], itemBytes: number) {
    const moving = axes.filter(({ count, places }) => count > 1 || places !== undefined)
    let row = 1
    for (let last = moving.at(-1); last?.places === undefined && last?.stride === row; last = moving.at(-1)) {
      row *= last.count
      moving.pop()
    }
    this.#axes = moving.length > 0 ? moving : [{ count: 1, base: 0, stride: 1, places: undefined }]
    this.#counts = this.#axes.map(({ count }) => count)
    this.#base = axes.reduce((sum, { base }) => sum + base, 0)
    this.#itemBytes = itemBytes
    this.#row = row
  }

  /** Puts the bytes that start at `position` into the result. */
  put(position: number, bytes: Uint8Array, out: Uint8Array): void {
    const size = this.#row * this.#itemBytes
    const head = Math.min(bytes.length, (size - (position % size)) % size)
    const whole = head + Math.floor((bytes.length - head) / size) * size
    this.#part(position, bytes.subarray(0, head), out)
    this.#rows(position + head, bytes.subarray(head, whole), out)
    this.#part(position + whole, bytes.subarray(whole), out)
  }

  /**
   * Copies the contents of a box.
   * @param unit bytes that strides count in
   * @param length of a row, in such units
   */
  #copy(box: Box, unit: number, length: number, bytes: Uint8Array, out: Uint8Array): void {
    const scale = this.#itemBytes / unit
    const runs = this.#axes.map(({ stride, places }, axis): AxisRuns => {
      const [first, end] = box[axis] ?? [0, 1]
      const from = product(this.#counts.slice(axis + 1)) * this.#row
      return { runs: places?.(first, end) ?? [0, first, end - first], from: from * scale, to: stride * scale }
    })
    copyAxes([...runs, { runs: [0, 0, length], from: 1, to: 1 }], unit, bytes, out, this.#base * scale)
  }

  /** @param bytes within one row */
  #part(position: number, bytes: Uint8Array, out: Uint8Array): void {
    if (bytes.length === 0) return
    const size = this.#row * this.#itemBytes
    const row = Math.floor(position / size)
    for (const box of boxesOf(this.#counts, row, row + 1))
      this.#copy(box, 1, bytes.length, bytes, out.subarray(position - row * size))
  }

  /** @param bytes whole rows */
  #rows(position: number, bytes: Uint8Array, out: Uint8Array): void {
    const size = this.#row * this.#itemBytes
    const row = position / size
    let at = 0
    for (const box of boxesOf(this.#counts, row, row + bytes.length / size)) {
      this.#copy(box, this.#itemBytes, this.#row, bytes.subarray(at), out)
      at += product(box.map(([first, end]) => end - first)) * size
    }
  }
}
