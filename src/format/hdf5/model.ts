// What an HDF5 file says of its objects, as the rest of this container uses it
// (HDF5 File Format Specification, version 4.0).

import type { NdarrayLayout } from '../../array/npy/index.js'

/** Extents of a dataset or an attribute (message 0x0001), in items. */
export interface Dataspace {
  /** `null`: no items at all; `scalar`: one item without axes. */
  readonly kind: 'simple' | 'scalar' | 'null'
  /** Empty for a scalar. */
  readonly shape: readonly number[]
  /** Undefined for an axis without a limit. */
  readonly maxShape: readonly (number | undefined)[]
}

/** One filter of a pipeline (message 0x000B). */
export interface FilterSpec {
  readonly id: number
  readonly name: string | undefined
  /** Whether a chunk may be stored without it. */
  readonly optional: boolean
  /** The client data values, 32 bits each. */
  readonly values: readonly number[]
}

/** How the positions of chunks are found. Addresses are absolute positions in the source, in bytes. */
export type ChunkIndex =
  | { readonly kind: 'none' }
  | { readonly kind: 'btree1'; readonly address: number }
  /** `cbytes` and `mask` only with filters. */
  | { readonly kind: 'single'; readonly address: number; readonly cbytes?: number; readonly mask?: number }
  | { readonly kind: 'implicit'; readonly address: number }
  | { readonly kind: 'fixed'; readonly address: number }
  | { readonly kind: 'extensible'; readonly address: number }
  | { readonly kind: 'btree2'; readonly address: number }

/** Where the values of a dataset are (message 0x0008). */
export type Layout =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array }
  /** `address` is undefined if no room was allocated: everything is the fill value. */
  | { readonly kind: 'contiguous'; readonly address: number | undefined; readonly nbytes: number }
  | {
      readonly kind: 'chunked'
      /** In items. */
      readonly chunkShape: readonly number[]
      readonly index: ChunkIndex
      /** Whether chunks that reach beyond the shape are stored without filters (layout 4, flag bit 0). */
      readonly plainEdges: boolean
    }
  /** Values are in other files or datasets. */
  | { readonly kind: 'elsewhere'; readonly what: string }

/** A type of items, as NumPy can hold it, or why it cannot. */
export type ItemType =
  | {
      readonly kind: 'numpy'
      /** Of one number, string or structure: for array types, that of what the arrays hold. */
      readonly descr: NdarrayLayout['descr']
      /** Of an item of the dataset, arrays included, in bytes. */
      readonly itemsize: number
      /** Only for array types: the axes that each item adds behind those of the dataset. */
      readonly axes?: readonly number[]
    }
  /** Strings of variable length, which NumPy has as text of one length. */
  | {
      readonly kind: 'vlen-string'
      /** Of an item of the dataset, arrays included, in bytes: it refers to a heap. */
      readonly itemsize: number
      readonly utf8: boolean
      /** As of `numpy`. */
      readonly axes?: readonly number[]
    }
  | { readonly kind: 'other'; readonly itemsize: number; readonly what: string }

/** An attribute: its value as JSON text, with all digits of its numbers, or why it has none. */
export type Attribute = { readonly name: string } & (
  | { readonly json: string }
  | { readonly unreadable: string }
)

/** A dataset as its object header describes it. */
export interface DatasetSpec {
  readonly kind: 'dataset'
  /** Absolute position of its object header, in bytes. */
  readonly address: number
  readonly space: Dataspace
  readonly type: ItemType
  readonly layout: Layout
  /** In the order of packing. */
  readonly filters: readonly FilterSpec[]
  /** One item; undefined for zeros. */
  readonly fill: Uint8Array | undefined
}

export interface GroupSpec {
  readonly kind: 'group'
  readonly address: number
}

/** A named datatype. */
interface TypeSpec {
  readonly kind: 'type'
  readonly address: number
}

export type ObjectSpec = DatasetSpec | GroupSpec | TypeSpec

/** A name in a group. */
export type Link = { readonly name: string } & (
  | { readonly kind: 'hard'; readonly address: number }
  | { readonly kind: 'soft'; readonly path: string }
  | { readonly kind: 'external'; readonly file: string; readonly path: string }
)

/** Where a chunk is stored. */
export interface ChunkEntry {
  /** Absolute position in the source, in bytes. */
  readonly address: number
  /** Stored size, in bytes. */
  readonly cbytes: number
  /** Bit i: filter i was left out. */
  readonly mask: number
  /** Why it cannot be read, if the index contradicts itself or the file; other chunks may still be sound. */
  readonly damage?: string
}

/** Stored chunks, by their position in the grid in C order. Those that are missing hold the fill value. */
export type ChunkTable = ReadonlyMap<number, ChunkEntry>
