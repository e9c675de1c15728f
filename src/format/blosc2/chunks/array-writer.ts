// Writes boxes to a chunked array, and moves its chunks to a grid of another shape.

import {
  type Box,
  type BoxBytes,
  eachIndex,
  flatIndex,
  type Partition,
  product,
  touched,
} from '../../../array/geometry.js'
import { intoChunk } from '../../../array/into-chunk.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import type { ArrayStore } from '../../chunks/array-reader.js'
import type { Entry } from '../../chunks/chunk-list.js'
import { openFound } from '../../chunks/found-chunk.js'

/** Clears the part of the chunk beyond the array, and its padding. */
function clearPadding(p: Partition, origin: readonly number[], plain: Uint8Array): void {
  const inside = origin.map((at, i) => Math.min(p.chunkshape[i] ?? 0, (p.shape[i] ?? 0) - at))
  if (product(inside) < p.chunkItems) plain.fill(0)
}

/** Whether the box covers the whole part of the chunk within the array. */
function covers(p: Partition, origin: readonly number[], box: Box): boolean {
  return origin.every((at, i) => {
    const stop = Math.min(at + (p.chunkshape[i] ?? 0), p.shape[i] ?? 0)
    return (box.start[i] ?? 0) <= at && (box.stop[i] ?? 0) >= stop
  })
}

/** A chunk that a box touches. */
interface TouchedChunk {
  index: number
  origin: readonly number[]
}

function touchedChunks(p: Partition, box: Box): TouchedChunk[] {
  const chunks: TouchedChunk[] = []
  const range = touched(box, p.chunkshape)
  eachIndex(range.start, range.stop, (at) =>
    chunks.push({ index: flatIndex(at, p.chunks), origin: at.map((c, i) => c * (p.chunkshape[i] ?? 1)) }),
  )
  return chunks
}

/** Decodes the stored bytes, without the postfilter, for a chunk that is about to change. */
export async function decodeStored(store: ArrayStore, index: number, plain: Uint8Array): Promise<void> {
  const options = { ...store.options, postfilter: undefined }
  await withWorkspace(async (ws) => openFound(ws, await store.chunks.find(index), options).all(plain))
}

/** Packs replacements of chunks. @param run `startOf` returns the position of each in the plain bytes */
export type PackChunks = (run: ArrayRun) => Promise<void>

/** Chunks of an array to pack. */
export interface ArrayRun {
  /** Indices of the chunks. */
  places: readonly number[]
  /** Plain size of each, in bytes. */
  nbytes: number
  /** Puts the plain bytes of a chunk into `plain`, overwriting it. */
  fill(plain: Uint8Array, i: number): Promise<void>
}

/**
 * Overwrites a box of an array. Chunks that it covers completely are compressed; others are decompressed
 * first.
 * @param pack compresses chunks in order
 */
export async function writeBox(store: ArrayStore, from: BoxBytes, pack: PackChunks): Promise<void> {
  if (from.bytes.length === 0) return
  const { partition: p, itemBytes } = store
  const chunks = touchedChunks(p, from.box)
  await pack({
    places: chunks.map(({ index }) => index),
    nbytes: p.chunkItems * itemBytes,
    fill: async (plain, i) => {
      const { index, origin } = chunks[i] as TouchedChunk
      if (covers(p, origin, from.box)) clearPadding(p, origin, plain)
      else await decodeStored(store, index, plain)
      intoChunk(p, origin, plain, from, itemBytes)
    },
  })
}

/** The chunks of an array in a grid of another shape: common chunks are kept, new ones are zeros. */
export function regrid(entries: readonly Entry[], from: Partition, to: Partition): Entry[] {
  const moved: Entry[] = []
  eachIndex(
    to.chunks.map(() => 0),
    to.chunks,
    (index) => {
      const known = index.every((at, i) => at < (from.chunks[i] ?? 0))
      const entry = known ? entries[flatIndex(index, from.chunks)] : undefined
      moved.push(entry ?? { special: 'zeros' })
    },
  )
  return moved
}
