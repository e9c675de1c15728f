// Reverses the axes of an array, tile by tile so that both sides stay in the cache.

import { eachIndex } from './geometry.js'

const TYPES = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const

function strided<T extends number | bigint>(
  from: { readonly [i: number]: T },
  to: { [i: number]: T },
  at: number,
  start: number,
  step: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i * step] as T
}

function stridedBytes(
  from: Uint8Array,
  to: Uint8Array,
  size: number,
  at: number,
  start: number,
  step: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const source = (start + i * step) * size
    to.set(from.subarray(source, source + size), (at + i) * size)
  }
}

/**
 * Reverses the axes of an array, so that the last axis becomes the first: from Fortran order to C order.
 * @param bytes items in C order of `shape`, at offset 0 in their buffer
 * @param itemBytes size of an item, in bytes
 * @returns items in C order of the reversed shape
 */
export function reverseAxes(bytes: Uint8Array, shape: readonly number[], itemBytes: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  const target = [...shape].reverse()
  const count = target.at(-1) ?? 1
  // The last axis of the result is the first axis of the input, whose items are farthest apart.
  const steps = target.map((_, axis) => target.slice(0, axis).reduce((step, n) => step * n, 1))
  const step = steps.at(-1) ?? 1
  const type = TYPES[itemBytes as keyof typeof TYPES]
  const [from, to] =
    type === undefined ? [bytes, out] : [new type(bytes.buffer as ArrayBuffer), new type(out.buffer)]
  const rows = target.map((n, axis) => (axis === target.length - 1 ? 1 : n))
  let at = 0
  eachIndex(
    target.map(() => 0),
    rows,
    (index) => {
      const start = index.reduce((sum, i, axis) => sum + i * (steps[axis] ?? 0), 0)
      if (type === undefined) stridedBytes(bytes, out, itemBytes, at, start, step, count)
      else strided<number | bigint>(from, to, at, start, step, count)
      at += count
    },
  )
  return out
}
