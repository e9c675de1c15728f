// A part of a chunk, the blocks that hold it, and how it is extracted from them.

import { copyInArena } from '../../array/arena-runs.js'
import { eachIndex, flatIndex, product } from '../../array/geometry.js'
import type { ChunkPicks } from '../../array/picks.js'
import { type AxisRuns, axesOf, copyAxes } from '../../array/runs.js'
import type { ByteSpan } from '../../bytes/byte-source.js'
import type { OpenChunk } from '../../chunk/blosc2/decode.js'
import type { Blosc2ChunkHeader } from '../../chunk/blosc2/header.js'
import type { Workspace } from '../../kernels/workspace.js'

/** The items of a chunk that the picks along each axis select together. */
interface PickedPart {
  picks: readonly ChunkPicks[]
  blockshape: readonly number[]
  /** Blocks along each axis of the chunk. */
  blocks: readonly number[]
}

/** The wanted part of a chunk: consecutive spans of its plain bytes, or items of an array. */
export type ChunkPart = { spans: readonly ByteSpan[] } | PickedPart

function spanBytes(spans: readonly ByteSpan[]): number {
  return spans.reduce((sum, [start, stop]) => sum + stop - start, 0)
}

/** Plain size of a part, in bytes. */
export function partBytes(part: ChunkPart, itemBytes: number): number {
  if ('spans' in part) return spanBytes(part.spans)
  return product(part.picks.map((pick) => pick.count)) * itemBytes
}

/** The blocks of the array that hold selected items, with the position of each along the axes. */
function eachBlock(
  { picks, blocks }: PickedPart,
  take: (index: number, at: readonly number[]) => void,
): void {
  const at = (which: readonly number[]): number[] =>
    which.map((i, axis) => picks[axis]?.blocks[i]?.block ?? 0)
  eachIndex(
    picks.map(() => 0),
    picks.map((pick) => pick.blocks.length),
    (which) => take(flatIndex(at(which), blocks), [...which]),
  )
}

/** Plain bytes that must be decoded for a part, as far as the array's shape tells. */
export function decodedBytes(part: ChunkPart, itemBytes: number): number {
  if ('spans' in part) return spanBytes(part.spans)
  const blocks = product(part.picks.map((pick) => pick.blocks.length))
  return blocks * product(part.blockshape) * itemBytes
}

/** The blocks of a chunk that a part needs, in order. */
export function blocksOf(part: ChunkPart, blocksize: number, itemBytes: number): number[] {
  const list: number[] = []
  const add = (start: number, stop: number): void => {
    for (let i = Math.floor(start / blocksize); i * blocksize < stop; i++) list.push(i)
  }
  if ('spans' in part) for (const [start, stop] of part.spans) add(start, stop)
  else {
    const nbytes = product(part.blockshape) * itemBytes
    eachBlock(part, (index) => add(index * nbytes, (index + 1) * nbytes))
  }
  return [...new Set(list)].sort((a, b) => a - b)
}

/** Whether a part needs all blocks of its chunk from the start, which is then read, and checked, as a whole. */
export function touchesAll(part: ChunkPart, h: Blosc2ChunkHeader, itemBytes: number): boolean {
  const { blocksize, nblocks, variableBlocks } = h
  if (variableBlocks || blocksize === 0) return false
  if (!('spans' in part)) return blocksOf(part, blocksize, itemBytes).length === nblocks
  // Most parts are one span; more of them may be many.
  const [only, second] = part.spans
  if (only === undefined || second !== undefined) return false
  return only[0] === 0 && only[1] > (nblocks - 1) * blocksize
}

/** Where the bytes of a part go. */
export interface PartTarget {
  out: Uint8Array
  /** Where its items go in `out`; without it, they follow one another. */
  axes?: readonly AxisRuns[] | undefined
}

/** Copies the plain bytes of a part to their places. */
export function placePart(plain: Uint8Array, { out, axes }: PartTarget, itemBytes: number): void {
  if (axes === undefined) out.set(plain)
  else copyAxes(axes, itemBytes, plain, out)
}

/** Decodes part of a chunk to wherever it goes, in the arena or elsewhere. */
export async function putPart(
  ws: Workspace,
  chunk: OpenChunk,
  part: ChunkPart,
  itemBytes: number,
  target: PartTarget,
): Promise<void> {
  const { out, axes } = target
  if (axes === undefined && ('spans' in part || ws.addressOf(out) !== undefined))
    return takePart(chunk, part, itemBytes, out)
  const nbytes = partBytes(part, itemBytes)
  const address = ws.scratch('part', nbytes)
  await takePart(chunk, part, itemBytes, ws.view(address, nbytes))
  const there = ws.addressOf(out)
  if (axes !== undefined && there !== undefined) copyInArena(ws, axes, itemBytes, address, there)
  else placePart(ws.view(address, nbytes), target, itemBytes)
}

/** Decodes part of a chunk. @param out in the arena if the part has picks; of {@link partBytes} bytes */
export async function takePart(
  chunk: OpenChunk,
  part: ChunkPart,
  itemBytes: number,
  out: Uint8Array,
): Promise<void> {
  if ('spans' in part) {
    if (touchesAll(part, chunk.header, itemBytes)) await chunk.prefetch()
    let at = 0
    for (const [start, stop] of part.spans) {
      await chunk.range(start, stop, out.subarray(at, at + stop - start))
      at += stop - start
    }
    return
  }
  const shape = part.picks.map((pick) => pick.count)
  const nbytes = product(part.blockshape) * itemBytes
  const wanted: { index: number; which: readonly number[] }[] = []
  eachBlock(part, (index, which) => wanted.push({ index, which }))
  if (wanted.length === product(part.blocks)) await chunk.prefetch()
  for (const { index, which } of wanted) {
    const runs = part.picks.map((pick, axis) => pick.blocks[which[axis] ?? 0]?.runs ?? [])
    const axes = axesOf(runs, part.blockshape, shape)
    // The blocks of a chunk need not be those of the array.
    if (chunk.header.blocksize === nbytes) await chunk.takeRuns(index, axes, out.byteOffset)
    else await chunk.takeRunsAt(index * nbytes, nbytes, axes, out.byteOffset)
  }
}
