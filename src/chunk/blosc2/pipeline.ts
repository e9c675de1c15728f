import { unsupported } from '../../core/errors.js'
import { type BlockContext, copyWithin } from '../../filters/filter.js'
import { filterById } from '../../filters/registry.js'
import type { Workspace } from '../../kernels/workspace.js'
import { type Chunk2Header, FILTER_DELTA } from './header.js'

/** What the filters of a chunk need to know beyond its header. */
export interface PipelineTraits {
  /** Item size of the super-chunk, in bytes. */
  itemBytes: number
  blockshape?: readonly number[] | undefined
}

/** The context of the filters of one block; `meta` is set for each of them. */
export function blockContext(
  ws: Workspace,
  h: Pick<Chunk2Header, 'typesize' | 'extended' | 'version'>,
  traits: PipelineTraits,
  reference: number | undefined,
  place: BlockContext['place'],
): BlockContext {
  return {
    ws,
    meta: 0,
    typesize: h.typesize,
    itemBytes: traits.itemBytes,
    blosc1: !h.extended && h.version === 2,
    reference,
    blockshape: traits.blockshape,
    place,
  }
}

export function usesDelta(h: Pick<Chunk2Header, 'filters'>): boolean {
  return h.filters.some(({ id }) => id === FILTER_DELTA)
}

/** Two areas that take turns as source and target. */
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

/** Runs the filters over a block at `src`. @returns where the result is: at `src`, or in scratch */
export function runForward(
  c: BlockContext,
  h: Pick<Chunk2Header, 'filters'>,
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
    filter.forward({ ...c, meta }, nbytes, at, target)
    at = target
  }
  return at
}

/**
 * Undoes the filters of a block at `src`, which is in scratch.
 * @param dst where the result is to go; to scratch by default
 * @returns where it is
 */
export function runBackward(
  c: BlockContext,
  h: Pick<Chunk2Header, 'filters'>,
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
    undo?.({ ...c, meta }, nbytes, at, target)
    at = target
  }
  if (dst !== undefined && at !== dst) copyWithin(c.ws, at, nbytes, dst)
  return dst ?? at
}
