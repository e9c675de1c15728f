// Frames that C-Blosc2 and python-blosc2 cannot read: refused, or warned about.

import { usage } from '../../core/errors.js'
import { bytedelta } from '../../filters/builtin.js'
import type { Filter } from '../../filters/filter.js'
import { filterById, filterByName, useFirstBlock } from '../../filters/registry.js'
import type { FilterOption } from '../pack-options.js'
import type { CompressionOptions } from './cparams.js'

/** python-blosc2 stores the typesize of bytedelta in a signed byte. */
const MAX_BYTEDELTA_ITEM = 127

function filterOf(option: FilterOption): Filter {
  const filter = typeof option === 'object' ? option.filter : option
  return typeof filter === 'number' ? filterById(filter) : filterByName(filter)
}

/**
 * Refuses frames that python-blosc2 cannot open.
 * @param typesize size of an item, in bytes
 * @throws BlpkError USAGE
 */
export function checkForPeers({ filters = [] }: CompressionOptions, typesize: number): void {
  if (typesize <= MAX_BYTEDELTA_ITEM || !filters.some((filter) => filterOf(filter) === bytedelta)) return
  throw usage(
    `bytedelta takes items of up to ${MAX_BYTEDELTA_ITEM} bytes, but these have ${typesize}: ` +
      'python-blosc2 does not open such a frame; leave the filter out',
  )
}

/**
 * What other readers cannot do with data that are compressed like this, as sentences; blpk reads all of it.
 * @throws BlpkError USAGE for an unknown filter
 */
export function peerWarnings({ filters = [], dictionary = false }: CompressionOptions): string[] {
  const warnings: string[] = []
  if (useFirstBlock(filters.map(filterOf)))
    warnings.push(
      'C-Blosc2 (python-blosc2) gives wrong values for slices of data with delta; it reads whole chunks correctly',
    )
  if (dictionary)
    warnings.push(
      'C-Blosc2 (python-blosc2) fails, or gives wrong values, for slices of data with dictionaries; 4.14 reads whole chunks correctly',
    )
  return warnings
}
