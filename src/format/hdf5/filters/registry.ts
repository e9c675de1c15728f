// The filters that can be undone, by their number, and the names of those that cannot.

import { unsupported } from '../../../core/errors.js'
import type { FilterSpec } from '../model.js'
import { bitshuffle } from './bitshuffle.js'
import { blosc } from './blosc.js'
import { blosc2 } from './blosc2.js'
import { bzip2 } from './bzip2/index.js'
import { deflate } from './deflate.js'
import { fletcher32 } from './fletcher32.js'
import { lz4 } from './lz4.js'
import { lzf } from './lzf.js'
import { BLOSC2_FILTER, FLETCHER32_FILTER } from './numbers.js'
import { shuffle } from './shuffle.js'
import type { Decoder } from './stage.js'
import { zstd } from './zstd.js'

const DECODERS: Readonly<Record<number, Decoder>> = {
  1: deflate,
  2: shuffle,
  [FLETCHER32_FILTER]: fletcher32,
  307: bzip2,
  32000: lzf,
  32001: blosc,
  32004: lz4,
  32008: bitshuffle,
  32015: zstd,
  [BLOSC2_FILTER]: blosc2,
}

/** Registered filters that files are likely to have. */
const OTHERS: Readonly<Record<number, string>> = {
  4: 'szip',
  5: 'nbit',
  6: 'scale-offset',
  305: 'LZO',
  32013: 'ZFP',
  32017: 'SZ',
  32018: 'FCIDECOMP',
  32019: 'JPEG',
  32022: 'Granular BitRound',
  32023: 'SZ3',
  32024: 'SZ3',
  32028: 'SPERR',
}

/** What people call a filter. */
export function filterName({ id, name }: Pick<FilterSpec, 'id' | 'name'>): string {
  return DECODERS[id]?.name ?? OTHERS[id] ?? name ?? 'an unknown filter'
}

/** @throws BlpkError UNSUPPORTED, with name and number */
export function decoderOf(filter: FilterSpec): Decoder {
  const found = DECODERS[filter.id]
  if (found === undefined)
    throw unsupported(`the HDF5 filter ${filterName(filter)} (${filter.id}) is not supported`)
  return found
}

/** All filters of a pipeline, for people. */
export function filtersText(filters: readonly FilterSpec[]): string {
  return filters.map(filterName).join(', ') || 'none'
}
