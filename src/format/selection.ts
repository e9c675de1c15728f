// Selects parts of a container: bytes, items, slices and fields.

import type { NdarrayLayout } from '../array/npy/index.js'
import { type AxisRange, axisRange, type Pick1 } from '../array/picks.js'
import { usage } from '../core/errors.js'

/**
 * A half-open range, as Python's `[start:stop]`: negative values count from the end, missing ones mean the
 * end itself.
 */
export interface Slice {
  start?: number
  stop?: number
}

/** A key for an axis, or `...` for all axes without one. */
export type AxisKey = Pick1 | '...'

/** The part to read; everything by default. Set at most one of bytes, items and slice. */
export interface Selection {
  /** Plain bytes. */
  bytes?: Slice
  /** Items along the only dimension, or in storage order. */
  items?: Slice
  /** Of an array: a key for each dimension. */
  slice?: readonly AxisKey[]
  /** Field of structured items, by name or title. Not with bytes. */
  field?: string
  /** Plain bytes even for an array, without the header of a `.npy` file. */
  raw?: boolean
}

/** The selected plain bytes. */
export interface Selected {
  nbytes: number
  /** Of an array; undefined for plain bytes. */
  layout: NdarrayLayout | undefined
  /** Whether everything is selected. */
  isWhole: boolean
  /** Shape of the selection along the axes of an array. */
  shape?: readonly number[]
  /** Position among all plain bytes, if the selection is one contiguous range. */
  range?: { start: number; stop: number }
  /** In order. A piece is valid until you ask for the next one. */
  pieces(): AsyncIterable<Uint8Array>
  /** Fills a buffer of `nbytes`, without buffers in between. If it is missing, `pieces` is used. */
  fill?(out: Uint8Array): Promise<void>
}

/** Whether everything is selected. */
export function isWhole({ bytes, items, slice, field }: Selection): boolean {
  return bytes === undefined && items === undefined && slice === undefined && field === undefined
}

/** The options that select a part. */
export function selectionOf({ bytes, items, slice, field, raw }: Selection): Selection {
  return {
    ...(bytes !== undefined && { bytes }),
    ...(items !== undefined && { items }),
    ...(slice !== undefined && { slice }),
    ...(field !== undefined && { field }),
    ...(raw !== undefined && { raw }),
  }
}

/** @throws BlpkError USAGE for parts that cannot be combined */
export function checkSelection({ bytes, items, slice, field }: Selection): void {
  if ([bytes, items, slice].filter((part) => part !== undefined).length > 1)
    throw usage('bytes, items and a slice cannot be combined')
  if (bytes !== undefined && field !== undefined)
    throw usage('bytes have no fields: ask for items or a slice')
}

function resolveEnd(end: number, length: number): number {
  if (!Number.isInteger(end)) throw usage(`the bound ${String(end)} of a range is not an integer`)
  return Math.min(length, Math.max(0, end < 0 ? length + end : end))
}

/** Clips a range to a length, as Python does; the result may be empty. @throws BlpkError USAGE */
export function resolveSlice(slice: Slice, length: number): { start: number; stop: number } {
  const start = resolveEnd(slice.start ?? 0, length)
  return { start, stop: Math.max(start, resolveEnd(slice.stop ?? length, length)) }
}

/** The key of each axis, with `...` expanded to as many whole axes as needed. @throws BlpkError USAGE */
export function keysFor(selected: readonly AxisKey[], ndim: number): (Pick1 | undefined)[] {
  const given = selected.filter((key) => key !== '...').length
  if (selected.length - given > 1) throw usage("a slice has at most one '...'")
  if (given > ndim) throw usage(`the slice has ${given} keys for an array of ${ndim} dimensions`)
  const rest = Array.from({ length: ndim - given }, () => undefined)
  return selected.flatMap((key) => (key === '...' ? rest : [key])).slice(0, ndim)
}

/** The slice along each axis; axes without a key are whole. @throws BlpkError USAGE */
export function rangesFor(selected: readonly AxisKey[], shape: readonly number[]): AxisRange[] {
  const keys = keysFor(selected, shape.length)
  return shape.map((extent, axis) => axisRange(keys[axis], extent))
}
