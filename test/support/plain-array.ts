import fc from 'fast-check'
import type { CompressionOptions, NDArray } from '../../dist/index.js'

/** A key along an axis, as NDArray takes it. */
export type Key = NonNullable<Parameters<NDArray['slice']>[0]>[number]

/** What an array is when nothing is clever: items in C order, found by counting. */
export class PlainArray {
  constructor(
    readonly shape: readonly number[],
    readonly itemBytes: number,
    readonly data = new Uint8Array(shape.reduce((n, extent) => n * extent, itemBytes)),
  ) {}

  /** All places of a selection, in order, as positions of items. */
  positions(lists: readonly (readonly number[])[]): number[] {
    return lists.reduce<number[]>(
      (places, list, axis) => places.flatMap((at) => list.map((i) => at * (this.shape[axis] ?? 1) + i)),
      [0],
    )
  }

  item(at: number): Uint8Array {
    return this.data.subarray(at * this.itemBytes, (at + 1) * this.itemBytes)
  }

  slice(keys: readonly Key[]): { shape: number[]; data: Uint8Array } {
    const lists = this.shape.map((extent, axis) => listOf(keys[axis], extent))
    const shape = lists.flatMap((list, axis) => (typeof keys[axis] === 'number' ? [] : [list.length]))
    return { shape, data: Buffer.concat(this.positions(lists).map((at) => this.item(at))) }
  }

  /** @param values as many items as are selected, or one */
  set(keys: readonly Key[], values: Uint8Array): void {
    const lists = this.shape.map((extent, axis) => listOf(keys[axis], extent))
    this.positions(lists).forEach((at, i) => {
      const from = values.length === this.itemBytes ? 0 : i * this.itemBytes
      this.item(at).set(values.subarray(from, from + this.itemBytes))
    })
  }

  /** Items in what both shapes have, and zeros. */
  resized(shape: readonly number[]): PlainArray {
    const made = new PlainArray(shape, this.itemBytes)
    const shared = shape.map((extent, axis) => upTo(Math.min(extent, this.shape[axis] ?? 0)))
    const from = this.positions(shared)
    made.positions(shared).forEach((at, i) => {
      made.item(at).set(this.item(from[i] ?? 0))
    })
    return made
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** The indices that a key names along an axis, by what Python's manual says of slices. */
function listOf(key: Key, extent: number): number[] {
  if (key === undefined) return upTo(extent)
  if (typeof key === 'number') return [key < 0 ? key + extent : key]
  if (Array.isArray(key)) return (key as number[]).map((i) => (i < 0 ? i + extent : i))
  const { start, stop, step = 1 } = key as { start?: number; stop?: number; step?: number }
  const from = start === undefined ? undefined : start < 0 ? start + extent : start
  const to = stop === undefined ? undefined : stop < 0 ? stop + extent : stop
  const list: number[] = []
  // From wherever the slice would start, however far outside, step by step.
  if (step > 0) {
    for (let i = Math.max(from ?? 0, 0); i < Math.min(to ?? extent, extent); i += step) list.push(i)
  } else {
    for (let i = Math.min(from ?? extent - 1, extent - 1); i > Math.max(to ?? -1, -1); i += step) list.push(i)
  }
  return list
}

/** Any key that makes sense along an axis. */
export function anyKey(extent: number): fc.Arbitrary<Key> {
  const limit = fc.option(fc.integer({ min: -extent - 3, max: extent + 3 }), { nil: undefined })
  const step = fc.constantFrom(1, 1, 2, 3, 7, -1, -2, -5)
  const range = fc.record({ start: limit, stop: limit, step })
  if (extent === 0) return fc.oneof(fc.constant(undefined), range)
  const index = fc.integer({ min: -extent, max: extent - 1 })
  return fc.oneof(fc.constant(undefined), range, index, fc.array(index, { maxLength: 5 }))
}

/** NumPy's names of types, with how many bytes an item takes. */
const DTYPES: [string, number][] = [
  ['|u1', 1],
  ['|b1', 1],
  ['<i2', 2],
  ['>i4', 4],
  ['<f8', 8],
  ['|V3', 3],
  ['|S7', 7],
  ['<c16', 16],
  ["[('a', '<i4'), ('b', '|u1', (3,))]", 7],
  ['|V300', 300],
]
export const anyDtype: fc.Arbitrary<[string, number]> = fc.constantFrom(...DTYPES)

/** Without what is refused for items of so many bytes. */
export function fitting(compression: CompressionOptions, typesize: number): CompressionOptions {
  if (typesize <= 127 || compression.filters === undefined) return compression
  return { ...compression, filters: compression.filters.filter((name) => name !== 'bytedelta') }
}

/** Anything that loses nothing. */
export const anyCompression: fc.Arbitrary<CompressionOptions> = fc.record({
  codec: fc.constantFrom('blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'),
  level: fc.nat(8),
  filters: fc
    .tuple(fc.boolean(), fc.uniqueArray(fc.constantFrom('shuffle', 'bitshuffle', 'bytedelta')))
    .map(([delta, rest]) => (delta ? ['delta', ...rest] : rest)),
  splitMode: fc.constantFrom('always', 'never', 'auto', 'forward-compat'),
})

/** Items that repeat, or rise, or are noise. */
export function makeItems(nbytes: number, seed: number): Uint8Array {
  const kind = seed % 4
  const step = 1 + (seed % 5)
  return Uint8Array.from({ length: nbytes }, (_, i) =>
    kind === 0
      ? 0
      : kind === 1
        ? (i * step) >> 3
        : kind === 2
          ? seed
          : Math.imul(i + seed, 2654435761) >>> 24,
  )
}

/** A shape of 0 to 8 dimensions with few items, and how it is cut. */
export const anyShape: fc.Arbitrary<{ shape: number[]; chunks: number[]; blocks: number[] }> = fc
  .nat(8)
  .chain((ndim) => {
    const most = [1, 400, 40, 12, 7, 5, 4, 3, 3][ndim] ?? 2
    const extent = fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: most }) }, fc.constant(0))
    return fc.array(extent, { minLength: ndim, maxLength: ndim })
  })
  .chain((shape) => {
    const chunk = (extent: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: extent + 2 })
    return fc.tuple(...shape.map(chunk)).chain((chunks) =>
      fc.record({
        shape: fc.constant(shape),
        chunks: fc.constant(chunks),
        blocks: fc.tuple(...chunks.map((most) => fc.integer({ min: 1, max: most }))),
      }),
    )
  })
