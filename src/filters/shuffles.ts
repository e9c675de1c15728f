// The shuffles of Blosc 1 and Bloscpack, as filters.

import { bitshuffle, shuffle } from './builtin.js'
import type { Filter } from './filter.js'

/** The filters of a shuffle, in the order of compression: one or none. */
export const SHUFFLE_FILTERS: Readonly<Record<Shuffle, readonly Filter[]>> = {
  none: [],
  byte: [shuffle],
  bit: [bitshuffle],
}

/** How items are rearranged before they are compressed: not at all, by bytes, or by bits. */
export type Shuffle = 'none' | 'byte' | 'bit'
