// Runs the filters of a chunk over its blocks.

import { type ErrorPlace, unsupported } from '../../core/errors.js'
import type { SChunkTraits } from '../../core/schunk-traits.js'
import { type BlockContext, copyWithin } from '../../filters/filter.js'
import { filterById, useFirstBlock } from '../../filters/registry.js'
import type { Workspace } from '../../kernels/workspace.js'
import type { Blosc2ChunkHeader } from './header.js'

/** What codec and filters of a chunk know beyond its header. */
export interface PipelineTraits {
  /** Item size of the super-chunk, in bytes. */
  itemBytes: number
  /** Shape of the blocks in items, if the super-chunk holds an array. */
  blockshape?: readonly number[] | undefined
  schunk: SChunkTraits
}

/** The context of the filters of one block; `meta` is set for each filter. */
export function blockContext(
  ws: Workspace,
  h: Pick<Blosc2ChunkHeader, 'typesize' | 'extended' | 'version'>,
  traits: PipelineTraits,
  reference: number | undefined,
  place: ErrorPlace,
): BlockContext {
  return {
    ws,
    meta: 0,
    typesize: traits.itemBytes,
    headerTypesize: h.typesize,
    blosc1: !h.extended && h.version === 2,
    reference,
    blockshape: traits.blockshape,
    schunk: traits.schunk,
    place,
  }
}

/** Whether block 0 is needed for the other blocks. */
export function usesFirstBlock(h: Pick<Blosc2ChunkHeader, 'filters'>): boolean {
  return useFirstBlock(h.filters)
}

/** Two areas that alternate as source and target. */
class Pair {
  readonly #areas: readonly [number, number]
  #turn = 0

  constructor(ws: Workspace, nbytes: number) {
    this.#areas = [ws.scratch('filtered', nbytes), ws.scratch('second', nbytes)]
  }

  /** The area that does not hold `address`. */
  other(address: number): number {
    if (address === this.#areas[0]) return this.#areas[1]
    if (address === this.#areas[1]) return this.#areas[0]
    this.#turn ^= 1
    return this.#areas[this.#turn as 0 | 1]
  }
}

/** Runs the filters over a block at `src`. @returns address of the result: `src`, or in scratch */
export function runForward(
  c: BlockContext,
  h: Pick<Blosc2ChunkHeader, 'filters'>,
  nbytes: number,
  src: number,
): number {
  const pair = new Pair(c.ws, nbytes)
  let at = src
  for (const { id, meta } of h.filters) {
    const filter = filterById(id)
    if (filter.forward === undefined)
      throw unsupported(`the filter ${filter.name} can be read, but not written`)
    const target = pair.other(at)
    c.meta = meta
    filter.forward(c, nbytes, at, target)
    at = target
  }
  return at
}

/**
 * Undoes the filters of a block at `src`, which is in scratch.
 * @param dst address for the result; scratch by default
 * @returns address of the result
 */
export function runBackward(
  c: BlockContext,
  h: Pick<Blosc2ChunkHeader, 'filters'>,
  nbytes: number,
  src: number,
  dst?: number,
): number {
  const pair = new Pair(c.ws, nbytes)
  const steps = h.filters.map(({ id, meta }) => ({ undo: filterById(id).backward, meta }))
  const undone = steps.filter(({ undo }) => undo !== undefined).reverse()
  let at = src
  for (const [i, { undo, meta }] of undone.entries()) {
    const target = dst !== undefined && i === undone.length - 1 ? dst : pair.other(at)
    c.meta = meta
    undo?.(c, nbytes, at, target)
    at = target
  }
  if (dst !== undefined && at !== dst) copyWithin(c.ws, at, nbytes, dst)
  return dst ?? at
}
