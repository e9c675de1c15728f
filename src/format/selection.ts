// Parts of a container in one shape everywhere: bytes, items, slices and fields.

import type { NdarrayLayout } from '../array/npy/index.js'
import { type AxisRange, axisRange, type Pick1 } from '../array/picks.js'
import { usage } from '../core/errors.js'

/** A half-open range, as in Python's `[start:stop]`: negative ends count from the end, a missing one is the end itself. */
export interface Slice {
  start?: number
  stop?: number
}

/** A key for an axis, or `...` for all axes that have none. */
export type AxisKey = Pick1 | '...'

/** What of a container is wanted; all of it where nothing is given. At most one of bytes, items and slice. */
export interface Selection {
  /** Plain bytes. */
  bytes?: Slice
  /** Items along the only dimension, or along the items as they lie. */
  items?: Slice
  /** Of an array, a key for each dimension. */
  slice?: readonly AxisKey[]
  /** Of structured items: by its name, or its title. Not with bytes. */
  field?: string
  /** Plain bytes even of an array, without the header of a `.npy`. */
  raw?: boolean
}

/** Plain bytes that were asked for. */
export interface Selected {
  nbytes: number
  /** Of an array; undefined for plain bytes. */
  layout: NdarrayLayout | undefined
  /** Is it all there is? */
  isWhole: boolean
  /** Shape of what was named along the axes of an array. */
  shape?: readonly number[]
  /** Where it lies among all plain bytes, where it is one range of them. */
  range?: { start: number; stop: number }
  /** In order; each piece may be used until the next is asked for. */
  pieces(): AsyncIterable<Uint8Array>
  /** Puts them into a buffer of `nbytes` without buffers in between; where this is missing, `pieces` are good enough. */
  fill?(out: Uint8Array): Promise<void>
}

/** Is it all there is? */
export function isWhole({ bytes, items, slice, field }: Selection): boolean {
  return bytes === undefined && items === undefined && slice === undefined && field === undefined
}

/** What of the options says what is wanted. */
export function selectionOf({ bytes, items, slice, field, raw }: Selection): Selection {
  return {
    ...(bytes !== undefined && { bytes }),
    ...(items !== undefined && { items }),
    ...(slice !== undefined && { slice }),
    ...(field !== undefined && { field }),
    ...(raw !== undefined && { raw }),
  }
}

/** @throws BlpkError USAGE where what is asked for excludes itself */
export function checkSelection({ bytes, items, slice, field }: Selection): void {
  if ([bytes, items, slice].filter((part) => part !== undefined).length > 1)
    throw usage('bytes, items and a slice exclude each other')
  if (bytes !== undefined && field !== undefined)
    throw usage('bytes have no fields: ask for items or a slice')
}

function resolveEnd(end: number, length: number): number {
  if (!Number.isInteger(end)) throw usage(`the limit ${String(end)} of a range is no integer`)
  return Math.min(length, Math.max(0, end < 0 ? length + end : end))
}

/** Clips a range to a length, as Python does: it may come out empty. @throws BlpkError USAGE */
export function resolveSlice(slice: Slice, length: number): { start: number; stop: number } {
  const start = resolveEnd(slice.start ?? 0, length)
  return { start, stop: Math.max(start, resolveEnd(slice.stop ?? length, length)) }
}

/** The keys of each axis: `...` stands for as many whole axes as there are none for. @throws BlpkError USAGE */
export function keysFor(selected: readonly AxisKey[], ndim: number): (Pick1 | undefined)[] {
  const given = selected.filter((key) => key !== '...').length
  if (selected.length - given > 1) throw usage("a slice has at most one '...'")
  if (given > ndim) throw usage(`the slice has ${given} keys for an array of ${ndim} dimensions`)
  const rest = Array.from({ length: ndim - given }, () => undefined)
  return selected.flatMap((key) => (key === '...' ? rest : [key])).slice(0, ndim)
}

/** What a slice means along each axis; axes without a key are whole. @throws BlpkError USAGE */
export function rangesFor(selected: readonly AxisKey[], shape: readonly number[]): AxisRange[] {
  const keys = keysFor(selected, shape.length)
  return shape.map((extent, axis) => axisRange(keys[axis], extent))
}
