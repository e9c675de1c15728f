// Splits the input of an array into chunks, in stretches that fit in memory.

import {
  type Box,
  type BoxBytes,
  boxShape,
  copyShared,
  eachIndex,
  flatIndex,
  type Partition,
  product,
} from '../../array/geometry.js'
import { intoChunk } from '../../array/into-chunk.js'
import { reverseAxes } from '../../array/reverse.js'
import { fillPattern } from '../../chunk/blosc2/special.js'

/** Reads items from `start` on, counted in the order of the input. */
export type ReadItems = (start: number, into: Uint8Array) => Promise<void>

/** The input in its own order: axes from the slowest to the fastest. */
export interface ArrayInput {
  partition: Partition
  /** Size of an item, in bytes. */
  itemBytes: number
  /** C: the last axis is the fastest; F: the first. */
  order: 'C' | 'F'
  /** The item beyond the array, in chunks that reach over its end. Default: zeros. */
  padding?: Uint8Array | undefined
}

/** Shape and partitions with the slowest axis of the input first. */
interface Grid {
  shape: readonly number[]
  chunk: readonly number[]
  counts: readonly number[]
  itemBytes: number
}

function gridOf({ partition: p, order, itemBytes }: ArrayInput): Grid {
  const turn = (list: readonly number[]): readonly number[] => (order === 'C' ? list : [...list].reverse())
  return { shape: turn(p.shape), chunk: turn(p.chunkshape), counts: turn(p.chunks), itemBytes }
}

/** Extent of the chunks along an axis, within the array. */
function chunkExtent(grid: Grid, axis: number): number {
  return Math.min(grid.chunk[axis] ?? 1, grid.shape[axis] ?? 1)
}

/**
 * Size in bytes of a stretch of chunks that is read at once: one chunk thick along the axes up to `axis`, the
 * whole array along the others.
 */
export function stretchBytes(input: ArrayInput, axis: number): number {
  const grid = gridOf(input)
  return grid.shape.reduce(
    (size, extent, i) => size * (i <= axis ? chunkExtent(grid, i) : extent),
    grid.itemBytes,
  )
}

/** The first axis for which stretches take at most `most` bytes: fewer axes mean longer runs in the input. */
export function stretchAxis(input: ArrayInput, most: number): number {
  const { length } = input.partition.shape
  let axis = 0
  while (axis < length - 1 && stretchBytes(input, axis) > most) axis++
  return axis
}

/** The stretch of the chunks `at`; along the later axes it is whole. */
function stretchBox(grid: Grid, at: readonly number[]): Box {
  const start = grid.shape.map((_, i) => (at[i] ?? 0) * (i < at.length ? (grid.chunk[i] ?? 1) : 0))
  const stop = grid.shape.map((extent, i) =>
    i < at.length ? Math.min(extent, (start[i] ?? 0) + (grid.chunk[i] ?? 1)) : extent,
  )
  return { start, stop }
}

/** Fills a box from contiguous runs of the input: from `axis` on, the axes are whole. */
async function readBoxFrom(read: ReadItems, grid: Grid, out: BoxBytes, axis: number): Promise<void> {
  const { start, stop } = out.box
  const size = product(boxShape(out.box).slice(axis)) * grid.itemBytes
  const places: number[] = []
  eachIndex(
    start,
    stop.map((end, i) => (i < axis ? end : (start[i] ?? 0) + 1)),
    (index) => places.push(flatIndex(index, grid.shape)),
  )
  let at = 0
  for (const place of places) {
    await read(place, out.bytes.subarray(at, at + size))
    at += size
  }
}

/** The chunks of a stretch, by their indices along all axes. */
function chunksOf(grid: Grid, at: readonly number[]): number[][] {
  const list: number[][] = []
  const start = grid.counts.map((_, i) => at[i] ?? 0)
  const stop = grid.counts.map((count, i) => (i < at.length ? (at[i] ?? 0) + 1 : count))
  eachIndex(start, stop, (index) => list.push([...index]))
  return list
}

/** The part of the array in a chunk, in C order. */
function chunkPart(grid: Grid, stretch: BoxBytes, at: readonly number[], order: 'C' | 'F'): BoxBytes {
  if (order === 'C') return stretch
  const box = stretchBox(grid, at)
  const bytes = new Uint8Array(product(boxShape(box)) * grid.itemBytes)
  copyShared(stretch, { bytes, box }, grid.itemBytes, box)
  return {
    bytes: reverseAxes(bytes, boxShape(box), grid.itemBytes),
    box: { start: [...box.start].reverse(), stop: [...box.stop].reverse() },
  }
}

/** A chunk to pack; its bytes are valid until you ask for the next one. */
export interface PlainChunk {
  /** Index of the chunk in the frame. */
  index: number
  plain: Uint8Array
}

/**
 * Yields the chunks of an array in the order of the input, with one stretch of them in memory.
 * @param axis of {@link stretchAxis}; with 0 the input is read from start to end
 */
export async function* arrayChunks(
  input: ArrayInput,
  axis: number,
  read: ReadItems,
): AsyncGenerator<PlainChunk> {
  const { partition: p, itemBytes, order } = input
  const grid = gridOf(input)
  const plain = new Uint8Array(p.chunkItems * itemBytes)
  const heads = grid.counts.slice(0, axis + 1)
  const stretches: number[][] = []
  eachIndex(
    heads.map(() => 0),
    heads,
    (at) => stretches.push([...at]),
  )
  const room = new Uint8Array(p.shape.includes(0) ? 0 : stretchBytes(input, axis))
  for (const head of stretches) {
    const box = stretchBox(grid, head)
    const stretch = { bytes: room.subarray(0, product(boxShape(box)) * itemBytes), box }
    await readBoxFrom(read, grid, stretch, axis)
    for (const at of chunksOf(grid, head)) {
      const own = order === 'C' ? at : [...at].reverse()
      const origin = own.map((c, i) => c * (p.chunkshape[i] ?? 1))
      if (input.padding === undefined) plain.fill(0)
      else fillPattern(plain, input.padding)
      intoChunk(p, origin, plain, chunkPart(grid, stretch, at, order), itemBytes)
      yield { index: flatIndex(own, p.chunks), plain }
    }
  }
}
