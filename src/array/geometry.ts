// The geometry of chunked arrays: boxes, the grid of chunks and blocks, and copies between boxes.

import { axesOf, copyAxes } from './runs.js'

/** A box in an array: from `start` (included) to `stop` (excluded), in items. */
export interface Box {
  start: readonly number[]
  stop: readonly number[]
}

export function product(extents: readonly number[]): number {
  return extents.reduce((size, extent) => size * extent, 1)
}

/** How the array is divided: counts along each axis. */
export interface Partition extends ArrayShape {
  /** Chunks along each axis. */
  chunks: readonly number[]
  /** Blocks along each axis of a chunk. */
  blocks: readonly number[]
  /** Items of a chunk, including the padding of its last blocks. */
  chunkItems: number
  blockItems: number
}

/** Chunks are padded to whole blocks, and the array to whole chunks. */
export function partition(a: ArrayShape): Partition {
  const counts = (extents: readonly number[], units: readonly number[]): number[] =>
    extents.map((extent, i) => roundUp(extent, units[i] ?? 0) / Math.max(units[i] ?? 0, 1))
  const blocks = counts(a.chunkshape, a.blockshape)
  const blockItems = product(a.blockshape)
  return {
    ...a,
    chunks: a.shape.includes(0) ? a.shape.map(() => 0) : counts(a.shape, a.chunkshape),
    blocks,
    blockItems,
    chunkItems: product(blocks) * blockItems,
  }
}

/** Number of chunks of the array. */
export function chunkCount(p: Partition): number {
  return p.shape.includes(0) ? 0 : product(p.chunks)
}

/** The boxes of the chunks `first` to `stop` in order, without padding. */
export function* chunkBoxes(p: Partition, first = 0, stop = chunkCount(p)): Generator<Box> {
  for (let i = first; i < stop; i++) {
    const at: number[] = []
    for (let axis = p.chunks.length - 1, rest = i; axis >= 0; axis--) {
      const chunks = p.chunks[axis] ?? 1
      at.unshift(rest % chunks)
      rest = Math.floor(rest / chunks)
    }
    const start = at.map((c, axis) => c * (p.chunkshape[axis] ?? 1))
    const stop = start.map((s, axis) => Math.min(s + (p.chunkshape[axis] ?? 1), p.shape[axis] ?? 0))
    yield { start, stop }
  }
}

/** Iterates over the indices from `start` to `stop` in C order. The array passed to `take` is reused. */
export function eachIndex(
  start: readonly number[],
  stop: readonly number[],
  take: (index: number[]) => void,
): void {
  if (start.some((first, i) => first >= (stop[i] ?? 0))) return
  const index = [...start]
  for (;;) {
    take(index)
    let axis = index.length - 1
    while (axis >= 0) {
      index[axis] = (index[axis] ?? 0) + 1
      if ((index[axis] ?? 0) < (stop[axis] ?? 0)) break
      index[axis] = start[axis] ?? 0
      axis--
    }
    if (axis < 0) return
  }
}

/** The position of an index in C order. */
export function flatIndex(index: readonly number[], extents: readonly number[]): number {
  return index.reduce((flat, at, axis) => flat * (extents[axis] ?? 1) + at, 0)
}

/** The units that a range touches, as a half-open range of indices. */
export function touched(box: Box, units: readonly number[]): Box {
  return {
    start: box.start.map((at, i) => Math.floor(at / Math.max(units[i] ?? 0, 1))),
    stop: box.stop.map((at, i) => Math.ceil(at / Math.max(units[i] ?? 0, 1))),
  }
}

/** The intersection of two boxes; empty along some axis if they do not intersect. */
export function intersect(a: Box, b: Box): Box {
  const start = a.start.map((at, i) => Math.max(at, b.start[i] ?? 0))
  return { start, stop: a.stop.map((at, i) => Math.max(start[i] ?? 0, Math.min(at, b.stop[i] ?? 0))) }
}

export function boxShape(box: Box): number[] {
  return box.stop.map((stop, i) => stop - (box.start[i] ?? 0))
}

/** The box that starts at `origin` and has the given extents. */
export function boxAt(origin: readonly number[], extents: readonly number[]): Box {
  return { start: origin, stop: origin.map((at, i) => at + (extents[i] ?? 0)) }
}

/** Bytes in C order that represent a box of an array. */
export interface BoxBytes {
  bytes: Uint8Array
  box: Box
}

/**
 * Copies the intersection of two boxes from one to the other, row by row.
 * @param itemBytes size of an item, in bytes
 * @param within nothing outside this box is copied: blocks extend into the padding of their chunk
 */
export function copyShared(from: BoxBytes, to: BoxBytes, itemBytes: number, within: Box): void {
  const shared = intersect(intersect(from.box, to.box), within)
  if (shared.start.some((at, i) => at >= (shared.stop[i] ?? 0))) return
  const runs = shared.start.map((at, i) => [
    at - (from.box.start[i] ?? 0),
    at - (to.box.start[i] ?? 0),
    (shared.stop[i] ?? 0) - at,
  ])
  copyAxes(axesOf(runs, boxShape(from.box), boxShape(to.box)), itemBytes, from.bytes, to.bytes)
}

/** Limit on dimensions: C-Blosc2 has 16, older releases 8. */
export const MAX_DIMENSIONS = 16

/** Shape and partitions of an array (README_B2ND_METALAYER); extents in items. */
export interface ArrayShape {
  shape: readonly number[]
  chunkshape: readonly number[]
  blockshape: readonly number[]
}

/** Rounds up to a multiple; 0 stays 0. */
export function roundUp(extent: number, unit: number): number {
  return unit === 0 ? 0 : Math.ceil(extent / unit) * unit
}
