// The contract of filters, built in and of users alike: a descriptor with everything that is known of one.

import type { ErrorPlace } from '../core/errors.js'
import type { Loadable } from '../core/loading.js'
import type { SChunkTraits } from '../core/schunk-traits.js'
import type { Workspace } from '../kernels/workspace.js'

/** What a lossy filter may work on. */
interface LossySuits {
  /** NumPy's type strings. */
  dtypes: RegExp
  /** The same in words. */
  words: string
}

/** How a filter behaves. */
export interface FilterTraits {
  /** It may run in worker threads. */
  readonly threads: boolean
  /** Values do not come back as they were: which items it is made for. */
  readonly lossy?: LossySuits | 'any'
  /** A chunk of one repeated value may be stored as that value, without the filter. */
  readonly keepsRepeats: boolean
  /** It holds blocks against the first one of the chunk. */
  readonly usesFirstBlock?: boolean
  /** It looks at the shape of blocks: what went through it does not move into a frame where they have another one, or none. */
  readonly usesShape?: boolean
}

/** What a filter is told of the chunk that it works on. */
export interface FilterContext {
  /** The filter's meta byte. */
  readonly meta: number
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** Shape of the blocks in items, if the super-chunk holds an array; blocks at the edges are padded to it. */
  readonly blockshape: readonly number[] | undefined
  readonly schunk: SChunkTraits
}

/** What a filter is told of the block that it works on. */
export interface BlockContext extends FilterContext {
  ws: Workspace
  /** Set for each filter of the pipeline in turn. */
  meta: number
  /** Item size in the chunk's header, in bytes: 1 for items that are larger than a header can say. */
  headerTypesize: number
  /** A chunk of Blosc1, whose bit shuffle is all or nothing. */
  blosc1: boolean
  /** Where block 0 lies in its plain form, for the others; undefined in block 0 itself. */
  reference: number | undefined
  place: ErrorPlace
}

/** A step of the pipeline. Addresses are in the arena, sizes in bytes; both areas hold `nbytes`. */
export interface Filter extends Loadable {
  readonly id: number
  readonly traits: FilterTraits
  /** The module that registers it, if that is known; worker threads import it. */
  readonly module?: string | undefined
  /** Undefined if it can only be undone. */
  readonly forward?: (c: BlockContext, nbytes: number, src: number, dst: number) => void
  /** Undefined if there is nothing to undo. */
  readonly backward?: (c: BlockContext, nbytes: number, src: number, dst: number) => void
}

/** Copies inside the arena. */
export function copyWithin(ws: Workspace, src: number, nbytes: number, dst: number): void {
  ws.kernels.copyBytes(dst, src, nbytes)
}
