// Repacks the plain bytes of chunks that do not start at a chunk border of the joined frame.

import { type Box, chunkBoxes, type Partition } from '../../../array/geometry.js'
import { intoChunk } from '../../../array/into-chunk.js'
import type { PlainChunk } from '../../chunks/array-chunks.js'
import type { Stretch } from '../../join-steps.js'
import type { OpenedFrame } from '../opened.js'

type Stretches = readonly Stretch<OpenedFrame>[]

async function* plainOf(stretches: Stretches, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (const { part, start, stop } of stretches) yield* part.pieces(start, stop, { signal })
}

/**
 * Plain bytes of frames, in chunks of a given size; the last one may be shorter.
 * @param first index of the first chunk
 */
export async function* frameChunks(
  stretches: Stretches,
  first: number,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlainChunk> {
  const plain = new Uint8Array(chunkBytes)
  let [index, filled] = [first, 0]
  for await (const piece of plainOf(stretches, signal)) {
    for (let at = 0; at < piece.length; ) {
      const some = piece.subarray(at, at + chunkBytes - filled)
      plain.set(some, filled)
      at += some.length
      filled += some.length
      if (filled < chunkBytes) break
      yield { index: index++, plain }
      filled = 0
    }
  }
  if (filled > 0) yield { index, plain: plain.subarray(0, filled) }
}

/** Stretches of arrays, with the row in the joined array that each starts at. */
function* placed(stretches: Stretches, row: number): Generator<Stretch<OpenedFrame> & { at: number }> {
  let at = row
  for (const stretch of stretches) {
    yield { ...stretch, at }
    at += stretch.stop - stretch.start
  }
}

/** Partition of the joined array, and its typesize in bytes. */
export interface JoinedArray {
  cut: Partition
  itemBytes: number
}

/** Puts the part of a stretch within a chunk into the chunk's plain bytes. @param at row that it starts at */
async function fillFrom(
  { cut, itemBytes }: JoinedArray,
  box: Box,
  plain: Uint8Array,
  { part, start, stop, at }: Stretch<OpenedFrame> & { at: number },
): Promise<void> {
  const { ndarray } = part
  const [from = 0, ...before] = box.start
  const [to = 0, ...behind] = box.stop
  const [top, bottom] = [Math.max(from, at), Math.min(to, at + stop - start)]
  if (top >= bottom || ndarray === undefined) return
  const shift = start - at
  const bytes = await ndarray.box({ start: [top + shift, ...before], stop: [bottom + shift, ...behind] })
  const here = { start: [top, ...before], stop: [bottom, ...behind] }
  intoChunk(cut, box.start, plain, { bytes, box: here }, itemBytes)
}

/**
 * Plain bytes of arrays, in chunks of the joined one.
 * @param row that the stretches start at
 * @param first index of the first chunk
 * @param stop index after the last chunk
 */
export async function* arrayChunks(
  joined: JoinedArray,
  stretches: Stretches,
  row: number,
  first: number,
  stop: number,
): AsyncGenerator<PlainChunk> {
  const plain = new Uint8Array(joined.cut.chunkItems * joined.itemBytes)
  let index = first
  for (const box of chunkBoxes(joined.cut, first, stop)) {
    // Padding beyond the array is zeros.
    plain.fill(0)
    for (const stretch of placed(stretches, row)) await fillFrom(joined, box, plain, stretch)
    yield { index: index++, plain }
  }
}
