// The selection of a key along each axis, as in Python, and the chunks and blocks that hold it.

import { unsupported, usage } from '../core/errors.js'

/** More indices than this with gaps between them do not fit in memory. */
const MOST_INDICES = 2 ** 28

/** The selection along one axis: a range with a step as in Python, an index, or a list of indices. */
export type Pick1 =
  | number
  | readonly number[]
  | { start?: number | undefined; stop?: number | undefined; step?: number | undefined }

/** Describes a value for messages. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `the bigint ${value}`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value)
    ? 'a list'
    : `an object (${Object.keys(value).join(', ') || value.constructor?.name})`
}

function checkIndex(index: number, extent: number): number {
  if (!Number.isInteger(index)) throw usage(`the index ${nameOf(index)} is not an integer`)
  const at = index < 0 ? index + extent : index
  if (at < 0 || at >= extent) throw usage(`index ${index} is out of bounds for an axis of ${extent}`)
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
  if (!Number.isInteger(value)) throw usage(`the bound ${nameOf(value)} of a slice is not an integer`)
  return Math.min(Math.max(value < 0 ? value + extent : value, low), high)
}

/** The selection along an axis, without listing all indices. */
export interface AxisRange {
  count: number
  /** The `i`-th selected index. */
  at: (i: number) => number
  /** Whether the indices are consecutive. */
  dense: boolean
  /** Step between indices; undefined if it varies. */
  step: number | undefined
  /** A single index, whose axis is dropped from the result. */
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
    throw usage(`the step of a slice must be an integer other than 0, not ${nameOf(step)}`)
  const up = step > 0
  const [low, high] = up ? [0, extent] : [-1, extent - 1]
  const first = clampStart(start, extent, up ? low : high, low, high)
  const end = clampStart(stop, extent, up ? high : low, low, high)
  const count = Math.max(0, Math.ceil((end - first) / step))
  const dense = step === 1 || count < 2
  return { count, at: (i) => first + i * step, dense, step: dense ? 1 : step, drop: false }
}

const RANGE_KEYS = ['start', 'stop', 'step']

/** Anything else, such as a typed array or a misspelt name, would be taken for the whole axis. */
function isRange(key: unknown): boolean {
  if (typeof key !== 'object' || key === null || ArrayBuffer.isView(key)) return false
  const names = Object.keys(key)
  if (!names.every((name) => RANGE_KEYS.includes(name))) return false
  return names.length > 0 || [Object.prototype, null].includes(Object.getPrototypeOf(key))
}

/** Resolves a key along an axis. @throws BlpkError USAGE for indices out of range, and for a step of 0 */
export function axisRange(key: Pick1 | undefined, extent: number): AxisRange {
  if (typeof key === 'number') {
    const index = checkIndex(key, extent)
    return { count: 1, at: () => index, dense: true, step: 1, drop: true }
  }
  if (key !== undefined && !Array.isArray(key) && !isRange(key))
    throw usage(`a key is an index, a range or a list of indices, not ${nameOf(key)}`)
  if (Array.isArray(key)) {
    const indices = (key as readonly number[]).map((index) => checkIndex(index, extent))
    const dense = indices.every((at, i) => i === 0 || at === (indices[i - 1] ?? 0) + 1)
    return {
      count: indices.length,
      at: (i) => indices[i] ?? 0,
      dense,
      step: dense ? 1 : undefined,
      drop: false,
    }
  }
  const { start, stop, step = 1 } = (key ?? {}) as Exclude<Pick1, number | readonly number[]>
  return sliceRange(start, stop, step, extent)
}

/**
 * Runs of indices that are consecutive on both sides, as triples: first index here, first index there,
 * length.
 */
export type Runs = number[]

function addRun(runs: Runs, from: number, to: number, length: number): void {
  const last = runs.length - 3
  const known = runs[last + 2] ?? 0
  if (last >= 0 && (runs[last] ?? 0) + known === from && (runs[last + 1] ?? 0) + known === to)
    runs[last + 2] = known + length
  else runs.push(from, to, length)
}

/** The selection from one chunk along an axis. */
export interface ChunkPicks {
  chunk: number
  /** How many indices. */
  count: number
  /** For each block of the chunk: runs from the block to the selected part of the chunk. */
  blocks: { block: number; runs: Runs }[]
  /** From the selected part of the chunk to the result. */
  out: Runs
}

class Collector {
  readonly #chunks = new Map<number, ChunkPicks>()
  readonly #chunk: number
  readonly #block: number

  constructor(chunk: number, block: number) {
    this.#chunk = chunk
    this.#block = block
  }

  /** `length` indices from `at` on, all in one block, go to `to` in the result. */
  add(at: number, to: number, length: number): void {
    const chunk = Math.floor(at / this.#chunk)
    const inside = at - chunk * this.#chunk
    const block = Math.floor(inside / this.#block)
    let picks = this.#chunks.get(chunk)
    if (picks === undefined) {
      picks = { chunk, count: 0, blocks: [], out: [] }
      this.#chunks.set(chunk, picks)
    }
    let group = picks.blocks.at(-1)
    if (group?.block !== block) {
      group = picks.blocks.find((known) => known.block === block) ?? { block, runs: [] }
      if (group.runs.length === 0) picks.blocks.push(group)
    }
    addRun(group.runs, inside - block * this.#block, picks.count, length)
    addRun(picks.out, picks.count, to, length)
    picks.count += length
  }

  /** How many indices from `at` on are in the same block. */
  room(at: number): number {
    const inside = at % this.#chunk
    return Math.min(this.#block - (inside % this.#block), this.#chunk - inside)
  }

  get result(): ChunkPicks[] {
    return [...this.#chunks.values()].sort((a, b) => a.chunk - b.chunk)
  }
}

/**
 * Groups the selection by the chunks and blocks that hold it, so that each block is decoded once.
 * @throws BlpkError UNSUPPORTED for more indices than fit in memory
 */
export function picksByChunk(range: AxisRange, chunk: number, block: number): ChunkPicks[] {
  const collector = new Collector(chunk, block)
  const { count, dense } = range
  if (count > MOST_INDICES && !dense)
    throw unsupported(`${count} items along an axis are too many: read them in parts`)
  for (let to = 0; to < count; ) {
    const at = range.at(to)
    const length = dense ? Math.min(collector.room(at), count - to) : 1
    collector.add(at, to, length)
    to += length
  }
  return collector.result
}
