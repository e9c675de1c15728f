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
import { type AxisPick, type BlockPicks, picksByBlock } from '../../format/b2nd/picks.js'
import type { DecodeOptions, OpenChunk } from '../../format/chunk2/decode.js'
import type { Workspace } from '../../kernels/workspace.js'
import type { ChunkList } from './chunk-list.js'

/** What reads an array: its chunks and how they are cut. */
export interface ArrayStore {
  ws: Workspace
  chunks: ChunkList
  partition: Partition
  /** In bytes. */
  itemBytes: number
  options: DecodeOptions
}

/** Indices as a list: decoding is asynchronous, so that callbacks will not do. */
function indices(box: Box): number[][] {
  const list: number[][] = []
  eachIndex(box.start, box.stop, (index) => list.push([...index]))
  return list
}

/** One block of a chunk of an array, whatever the chunk itself is cut into. */
async function arrayBlock(store: ArrayStore, chunk: OpenChunk, index: number): Promise<Uint8Array> {
  const nbytes = store.partition.blockItems * store.itemBytes
  if (chunk.header.blocksize === nbytes) return chunk.block(index)
  const bytes = new Uint8Array(nbytes)
  await chunk.range(index * nbytes, (index + 1) * nbytes, bytes)
  return bytes
}

async function readFromChunk(store: ArrayStore, at: readonly number[], out: BoxBytes): Promise<void> {
  const { partition: p, itemBytes } = store
  const origin = at.map((c, i) => c * (p.chunkshape[i] ?? 1))
  const valid = boxAt(origin, p.chunkshape)
  const chunk = await store.chunks.openChunk(store.ws, flatIndex(at, p.chunks), store.options)
  const shared = intersect(valid, out.box)
  const inside: Box = {
    start: shared.start.map((x, i) => x - (origin[i] ?? 0)),
    stop: shared.stop.map((x, i) => x - (origin[i] ?? 0)),
  }
  const blocks = indices(touched(inside, p.blockshape))
  if (blocks.length === product(p.blocks)) await chunk.prefetch()
  for (const block of blocks) {
    const bytes = await arrayBlock(store, chunk, flatIndex(block, p.blocks))
    const corner = block.map((b, i) => (origin[i] ?? 0) + b * (p.blockshape[i] ?? 1))
    copyShared({ bytes, box: boxAt(corner, p.blockshape) }, out, itemBytes, valid)
  }
}

/**
 * Reads a box of an array into `out.bytes`: only blocks that it touches are decompressed.
 * @throws BlpkError DAMAGED, UNSUPPORTED
 */
export async function readBox(store: ArrayStore, out: BoxBytes): Promise<void> {
  if (out.bytes.length === 0) return
  for (const at of indices(touched(out.box, store.partition.chunkshape))) await readFromChunk(store, at, out)
}

/** Copies the items that runs along each axis name from a block to the result. */
function copyRuns(
  block: Uint8Array,
  blockshape: readonly number[],
  out: Uint8Array,
  shape: readonly number[],
  groups: readonly BlockPicks[],
  itemBytes: number,
): void {
  const walk = (axis: number, from: number, to: number): void => {
    if (axis === groups.length) {
      for (let i = 0; i < itemBytes; i++) out[to * itemBytes + i] = block[from * itemBytes + i] ?? 0
      return
    }
    const [source, target] = [from * (blockshape[axis] ?? 1), to * (shape[axis] ?? 1)]
    for (const run of groups[axis]?.runs ?? []) walk(axis + 1, source + run.from, target + run.to)
  }
  walk(0, 0, 0)
}

/** All combinations of the blocks along each axis, chunk by chunk. */
function combinations(lists: readonly BlockPicks[][]): BlockPicks[][] {
  const all: BlockPicks[][] = []
  eachIndex(
    lists.map(() => 0),
    lists.map((list) => list.length),
    (index) => all.push(index.map((at, axis) => lists[axis]?.[at] as BlockPicks)),
  )
  return all
}

/** Reads the items that picks along each axis name together (orthogonal selection), in C order. */
export async function readPicks(
  store: ArrayStore,
  picks: readonly AxisPick[],
  out: Uint8Array,
): Promise<void> {
  if (out.length === 0) return
  const { partition: p } = store
  const shape = picks.map((pick) => pick.indices.length)
  const lists = picks.map((pick, i) => picksByBlock(pick, p.chunkshape[i] ?? 1, p.blockshape[i] ?? 1))
  const byChunk = new Map<number, BlockPicks[][]>()
  for (const groups of combinations(lists)) {
    const index = flatIndex(
      groups.map((g) => g.chunk),
      p.chunks,
    )
    const known = byChunk.get(index)
    if (known === undefined) byChunk.set(index, [groups])
    else known.push(groups)
  }
  for (const [index, all] of byChunk) {
    const chunk = await store.chunks.openChunk(store.ws, index, store.options)
    for (const groups of all) {
      const block = await arrayBlock(
        store,
        chunk,
        flatIndex(
          groups.map((g) => g.block),
          p.blocks,
        ),
      )
      copyRuns(block, p.blockshape, out, shape, groups, store.itemBytes)
    }
  }
}
