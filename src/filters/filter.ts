import type { ErrorPlace } from '../core/errors.js'
import type { Workspace } from '../kernels/workspace.js'

/** What a filter is told of the block that it works on. */
export interface BlockContext {
  ws: Workspace
  /** The filter's meta byte. */
  meta: number
  /** Item size in the chunk's header, in bytes. */
  typesize: number
  /** Item size of the super-chunk, in bytes: it may be larger than a header can say. */
  itemBytes: number
  /** A chunk of Blosc1, whose bit shuffle is all or nothing. */
  blosc1: boolean
  /** Where block 0 lies in its plain form, for the others; undefined in block 0 itself. */
  reference: number | undefined
  /** Shape of the blocks, where the frame holds an array. */
  blockshape: readonly number[] | undefined
  place: ErrorPlace
}

/** What a lossy filter may work on. */
interface LossySuits {
  /** NumPy's type strings. */
  dtypes: RegExp
  /** The same in words. */
  words: string
}

/** A step of the pipeline. Addresses are in the arena, sizes in bytes; both areas hold `nbytes`. */
export interface BlockFilter {
  readonly id: number
  readonly name: string
  /** Where values do not come back as they were: which items it is made for. */
  readonly lossy?: LossySuits | 'any'
  /** Undefined where it can only be undone. */
  readonly forward?: (c: BlockContext, nbytes: number, src: number, dst: number) => void
  /** Undefined where there is nothing to undo. */
  readonly backward?: (c: BlockContext, nbytes: number, src: number, dst: number) => void
}

/** Copies inside the arena. */
export function copyWithin(ws: Workspace, src: number, nbytes: number, dst: number): void {
  ws.view(dst, nbytes).set(ws.view(src, nbytes))
}
