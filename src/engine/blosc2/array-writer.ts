import {
  type Box,
  type BoxBytes,
  boxAt,
  copyShared,
  eachIndex,
  flatIndex,
  intersect,
  type Partition,
  product,
  touched,
} from '../../format/b2nd/geometry.js'
import { withWorkspace } from '../../kernels/borrow.js'
import type { ArrayStore } from './array-reader.js'
import { type Entry, memoryEntry } from './chunk-list.js'
import type { ChunkRun } from './pack-chunks2.js'

/** Puts what a box shares with a chunk into the chunk's plain bytes, block by block. */
function intoChunk(
  p: Partition,
  origin: readonly number[],
  plain: Uint8Array,
  from: BoxBytes,
  itemBytes: number,
): void {
  const valid = intersect(
    boxAt(origin, p.chunkshape),
    boxAt(
      p.shape.map(() => 0),
      p.shape,
    ),
  )
  const blockBytes = p.blockItems * itemBytes
  eachIndex(
    p.blocks.map(() => 0),
    p.blocks,
    (block) => {
      const at = flatIndex(block, p.blocks) * blockBytes
      const corner = block.map((b, i) => (origin[i] ?? 0) + b * (p.blockshape[i] ?? 1))
      const bytes = plain.subarray(at, at + blockBytes)
      copyShared(from, { bytes, box: boxAt(corner, p.blockshape) }, itemBytes, valid)
    },
  )
}

/** Zeros in what the chunk holds beyond the array and in its padding. */
function clearPadding(p: Partition, origin: readonly number[], plain: Uint8Array): void {
  const inside = origin.map((at, i) => Math.min(p.chunkshape[i] ?? 0, (p.shape[i] ?? 0) - at))
  if (product(inside) < p.chunkItems) plain.fill(0)
}

/** Does the box cover all of the chunk that lies in the array? */
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

/**
 * Overwrites a box of an array. Chunks that it covers are compressed anew, others decompressed before.
 * @param pack compresses chunks in order
 */
export async function writeBox(
  store: ArrayStore,
  from: BoxBytes,
  pack: (run: ChunkRun) => Promise<void>,
): Promise<void> {
  if (from.bytes.length === 0) return
  const { partition: p, itemBytes, chunks, options } = store
  const places = touchedChunks(p, from.box)
  const nbytes = p.chunkItems * itemBytes
  await pack({
    nchunks: places.length,
    chunkBytes: nbytes,
    fill: async (room, i) => {
      const place = places[i]
      if (place === undefined) return undefined
      const plain = room.subarray(0, nbytes)
      if (covers(p, place.origin, from.box)) clearPadding(p, place.origin, plain)
      else await withWorkspace(async (ws) => (await chunks.openChunk(ws, place.index, options)).all(plain))
      intoChunk(p, place.origin, plain, from, itemBytes)
      return nbytes
    },
    take: async (packed, i) => {
      await chunks.splice(places[i]?.index ?? 0, 1, [memoryEntry(packed.slice())], [nbytes])
      return undefined
    },
  })
}

/** The chunks of an array in a grid of another shape: those that both have stay, new ones are zeros. */
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
