import { eachIndex, flatIndex, type Partition } from '../../format/b2nd/geometry.js'
import { type AxisPick, type ChunkPicks, picksByChunk } from '../../format/b2nd/picks.js'
import { axesOf, copyAxes } from '../../format/b2nd/runs.js'
import { type PartRead, type PartSource, readParts } from './read-parts.js'

/** What reads an array: its chunks and how they are cut. */
export interface ArrayStore extends PartSource {
  partition: Partition
  /** In bytes. */
  itemBytes: number
}

/** The part of one chunk, and how its items get to their places. */
function partRead(
  { partition: p, itemBytes }: ArrayStore,
  picks: readonly ChunkPicks[],
  shape: readonly number[],
  out: Uint8Array,
): PartRead {
  const index = flatIndex(
    picks.map((pick) => pick.chunk),
    p.chunks,
  )
  const axes = axesOf(
    picks.map((pick) => pick.out),
    picks.map((pick) => pick.count),
    shape,
  )
  return {
    index,
    part: { picks, blockshape: p.blockshape, blocks: p.blocks },
    take: (plain) => copyAxes(axes, itemBytes, plain, out),
  }
}

/**
 * Reads the items that picks along each axis name together (orthogonal selection), in C order: only blocks that
 * hold some of them are decompressed.
 * @param out zeros, as long as the items
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function readPicks(
  store: ArrayStore,
  picks: readonly AxisPick[],
  out: Uint8Array,
): Promise<void> {
  if (out.length === 0) return
  const { partition: p } = store
  const shape = picks.map((pick) => pick.count)
  const lists = picks.map((pick, i) => picksByChunk(pick, p.chunkshape[i] ?? 1, p.blockshape[i] ?? 1))
  const reads: PartRead[] = []
  eachIndex(
    lists.map(() => 0),
    lists.map((list) => list.length),
    (which) => {
      const parts = which.map((i, axis) => lists[axis]?.[i] as ChunkPicks)
      reads.push(partRead(store, parts, shape, out))
    },
  )
  await readParts(store, reads)
}
