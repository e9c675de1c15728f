// The interface of filters, both built-in and user-defined.

import type { ErrorPlace } from '../core/errors.js'
import type { Loadable } from '../core/loading.js'
import type { SChunkTraits } from '../core/schunk-traits.js'
import type { Workspace } from '../kernels/workspace.js'

/** The items that a lossy filter works on. */
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
  /** Values are not restored exactly; the items that it is made for. */
  readonly lossy?: LossySuits | 'any'
  /** A chunk of one repeated value may be stored as that value, without applying the filter. */
  readonly keepsRepeats: boolean
  /** It compares blocks with the first block of the chunk. */
  readonly usesFirstBlock?: boolean
  /**
   * It uses the shape of blocks: filtered chunks cannot be copied into a frame with another block shape, or
   * none.
   */
  readonly usesShape?: boolean
}

/** Description of the chunk that a filter works on. */
export interface FilterContext {
  /** The filter's meta byte. */
  readonly meta: number
  /** Size of an item, in bytes. */
  readonly typesize: number
  /**
   * Shape of the blocks in items, if the super-chunk holds an array. Blocks at the edges are padded to it.
   */
  readonly blockshape: readonly number[] | undefined
  readonly schunk: SChunkTraits
}

/** Description of the block that a filter works on. */
export interface BlockContext extends FilterContext {
  ws: Workspace
  /** Set for each filter of the pipeline in turn. */
  meta: number
  /** Typesize in the chunk header, in bytes: 1 if the items are larger than the header can express. */
  headerTypesize: number
  /** A Blosc1 chunk, whose bit shuffle is all or nothing. */
  blosc1: boolean
  /** Address of the plain block 0, for the other blocks; undefined in block 0 itself. */
  reference: number | undefined
  place: ErrorPlace
}

/** A step of the pipeline. Addresses are in the arena, sizes in bytes; both areas hold `nbytes`. */
export interface Filter extends Loadable {
  readonly id: number
  readonly traits: FilterTraits
  /** The module that registers it, if known. Worker threads import it. */
  readonly module?: string | undefined
  /** Undefined if the filter is read-only. */
  readonly forward?: (c: BlockContext, nbytes: number, src: number, dst: number) => void
  /** Undefined if there is nothing to undo. */
  readonly backward?: (c: BlockContext, nbytes: number, src: number, dst: number) => void
}

/** Copies within the arena. */
export function copyWithin(ws: Workspace, src: number, nbytes: number, dst: number): void {
  ws.kernels.copyBytes(dst, src, nbytes)
}
