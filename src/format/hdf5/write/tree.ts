// What a new file is to hold, once its chunks are written.

import type { NdarrayLayout } from '../../../array/npy/index.js'
import type { FilterSpec } from '../model.js'
import type { ChunkRows } from './chunk-rows.js'

/** The values of a dataset. */
type NewStorage =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array }
  /** `address` is undefined if all is the fill value. */
  | { readonly kind: 'contiguous'; readonly address: number | undefined; readonly nbytes: number }
  | {
      readonly kind: 'chunked'
      readonly chunkShape: readonly number[]
      readonly chunks: ChunkRows
      /** In the order of packing. */
      readonly filters: readonly FilterSpec[]
    }

interface NewNode {
  /** Values as JSON text. */
  readonly attributes: ReadonlyMap<string, string>
}

export interface NewDataset extends NewNode {
  readonly kind: 'dataset'
  readonly descr: NdarrayLayout['descr']
  /** In bytes. */
  readonly itemsize: number
  readonly shape: readonly number[]
  /** Undefined for an axis without a limit, which only chunks can have. Default: all axes are fixed. */
  readonly maxShape?: readonly (number | undefined)[]
  /** One item; default: zeros. */
  readonly fill?: Uint8Array
  readonly storage: NewStorage
}

export interface NewGroup extends NewNode {
  readonly kind: 'group'
  readonly members: ReadonlyMap<string, NewGroup | NewDataset>
}

/** Puts a dataset into groups. @param names of which the last one is that of the dataset */
export function inGroups(names: readonly string[], dataset: NewDataset): NewGroup {
  const [first = '', ...rest] = names
  const member = rest.length === 0 ? dataset : inGroups(rest, dataset)
  return { kind: 'group', attributes: new Map(), members: new Map([[first, member]]) }
}
