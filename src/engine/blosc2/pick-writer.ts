import { eachIndex, flatIndex } from '../../format/b2nd/geometry.js'
import { cStrides } from '../../format/b2nd/order.js'
import { type AxisPick, type BlockPicks, picksByBlock } from '../../format/b2nd/picks.js'
import type { ArrayStore } from './array-reader.js'
import type { Entry } from './chunk-list.js'

/** What is taken along an axis, of one chunk. */
interface ChunkPicks {
  chunk: number
  blocks: BlockPicks[]
}

function picksByChunk(pick: AxisPick, chunk: number, block: number): ChunkPicks[] {
  const groups: ChunkPicks[] = []
  for (const picks of picksByBlock(pick, chunk, block)) {
    const last = groups.at(-1)
    if (last?.chunk === picks.chunk) last.blocks.push(picks)
    else groups.push({ chunk: picks.chunk, blocks: [picks] })
  }
  return groups
}

/** All combinations of one part of each list. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  const all: T[][] = []
  eachIndex(
    lists.map(() => 0),
    lists.map((list) => list.length),
    (index) => all.push(index.map((at, axis) => lists[axis]?.[at] as T)),
  )
  return all
}

/** Where the values of a selection come from. */
interface Values {
  bytes: Uint8Array
  /** How far apart neighbours along each axis are, in items; 0 where one value is for all. */
  strides: readonly number[]
}

/** Copies values to the items that runs along each axis name in a block. */
function intoBlock(
  block: Uint8Array,
  blockshape: readonly number[],
  groups: readonly BlockPicks[],
  { bytes, strides }: Values,
  itemBytes: number,
): void {
  const walk = (axis: number, to: number, from: number): void => {
    if (axis === groups.length) {
      for (let i = 0; i < itemBytes; i++) block[to * itemBytes + i] = bytes[from * itemBytes + i] ?? 0
      return
    }
    const extent = blockshape[axis] ?? 1
    const stride = strides[axis] ?? 0
    for (const run of groups[axis]?.runs ?? []) walk(axis + 1, to * extent + run.from, from + run.to * stride)
  }
  walk(0, 0, 0)
}

/**
 * Overwrites the items that picks along each axis name together (orthogonal selection). Where an item is named
 * twice, the last value counts, as in NumPy.
 * @param values in C order, as many as are picked, or one for all
 * @param pack compresses a chunk
 */
export async function writePicks(
  store: ArrayStore,
  picks: readonly AxisPick[],
  values: Uint8Array,
  pack: (plain: Uint8Array, index: number) => Promise<Entry>,
): Promise<void> {
  const { partition: p, itemBytes, chunks } = store
  const counts = picks.map((pick) => pick.indices.length)
  if (counts.includes(0)) return
  const strides = values.length === itemBytes ? counts.map(() => 0) : cStrides(counts)
  const lists = picks.map((pick, i) => picksByChunk(pick, p.chunkshape[i] ?? 1, p.blockshape[i] ?? 1))
  const blockBytes = p.blockItems * itemBytes
  for (const groups of combinations(lists)) {
    const at = groups.map(({ chunk }) => chunk)
    const index = flatIndex(at, p.chunks)
    const plain = new Uint8Array(p.chunkItems * itemBytes)
    const chunk = await chunks.openChunk(store.ws, index, { ...store.options, postfilter: undefined })
    await chunk.all(plain)
    for (const blocks of combinations(groups.map((group) => group.blocks))) {
      const start =
        flatIndex(
          blocks.map(({ block }) => block),
          p.blocks,
        ) * blockBytes
      intoBlock(
        plain.subarray(start, start + blockBytes),
        p.blockshape,
        blocks,
        { bytes: values, strides },
        itemBytes,
      )
    }
    await chunks.splice(index, 1, [await pack(plain, index)], [plain.length])
  }
}
