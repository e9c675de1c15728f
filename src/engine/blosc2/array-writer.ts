import {
  type Box,
  type BoxBytes,
  boxAt,
  copyShared,
  eachIndex,
  flatIndex,
  intersect,
  type Partition,
  touched,
} from '../../format/b2nd/geometry.js'
import type { ArrayStore } from './array-reader.js'
import type { Entry } from './chunk-list.js'

/** Puts what a box shares with a chunk into the chunk's plain bytes, block by block. */
export function intoChunk(
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

/** Does the box cover all of the chunk that lies in the array? */
function covers(p: Partition, origin: readonly number[], box: Box): boolean {
  return origin.every((at, i) => {
    const stop = Math.min(at + (p.chunkshape[i] ?? 0), p.shape[i] ?? 0)
    return (box.start[i] ?? 0) <= at && (box.stop[i] ?? 0) >= stop
  })
}

/**
 * Overwrites a box of an array. Chunks that it covers are compressed anew, others decompressed before.
 * @param pack compresses the chunk of that index
 */
export async function writeBox(
  store: ArrayStore,
  from: BoxBytes,
  pack: (plain: Uint8Array, index: number) => Promise<Entry>,
): Promise<void> {
  if (from.bytes.length === 0) return
  const { partition: p, itemBytes, chunks } = store
  const places: number[][] = []
  const range = touched(from.box, p.chunkshape)
  eachIndex(range.start, range.stop, (index) => places.push([...index]))
  for (const at of places) {
    const origin = at.map((c, i) => c * (p.chunkshape[i] ?? 1))
    const index = flatIndex(at, p.chunks)
    const plain = new Uint8Array(p.chunkItems * itemBytes)
    if (!covers(p, origin, from.box)) {
      const chunk = await chunks.openChunk(store.ws, index, { ...store.options, postfilter: undefined })
      await chunk.all(plain)
    }
    intoChunk(p, origin, plain, from, itemBytes)
    await chunks.splice(index, 1, [await pack(plain, index)], [plain.length])
  }
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
