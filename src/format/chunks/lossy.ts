// Which filters are lossy, and which dtypes they are meant for.

import { dtypeRepr, parseMetadataDtype } from '../../array/npy/index.js'
import { namedCodec, numberOf } from '../../chunk/blosc2/params.js'
import { isLossyPlugin } from '../../codecs/registry.js'
import { usage } from '../../core/errors.js'
import type { Filter } from '../../filters/filter.js'
import { filterById, filterByName, knownFilter } from '../../filters/registry.js'
import type { FrameHeader } from '../frame/header.js'
import type { FilterOption } from '../pack-options.js'
import type { CompressionOptions } from './cparams.js'

function filterOf(option: FilterOption): Filter {
  const filter = typeof option === 'object' ? option.filter : option
  return typeof filter === 'number' ? filterById(filter) : filterByName(filter)
}

/** The lossy filters. @throws BlpkError for an unknown filter */
export function lossyFilters(filters: readonly FilterOption[] = []): Filter[] {
  return filters.map(filterOf).filter(({ traits }) => traits.lossy !== undefined)
}

/** Whether a frame is lossy; null if unknown. */
export function isLossy(header: FrameHeader): boolean | null {
  const { number, isPlugin } = numberOf(header)
  const told = [
    ...header.filters.map(({ id }) => {
      const filter = knownFilter(id)
      return filter === undefined ? null : filter.traits.lossy !== undefined
    }),
    isPlugin ? isLossyPlugin(number) : namedCodec(header)?.traits.lossy === true,
  ]
  return told.includes(true) ? true : told.includes(null) ? null : false
}

/**
 * Lossy filters corrupt items of other dtypes than theirs.
 * @param dtype of the items, if known
 * @throws BlpkError USAGE unless `options.force`
 */
export function checkLossy({ filters, force }: CompressionOptions, dtype: string | undefined): void {
  if (force === true) return
  const plain = dtype === undefined ? undefined : plainDtype(dtype)
  for (const { name, traits } of lossyFilters(filters)) {
    const suits = traits.lossy
    if (suits === undefined || suits === 'any' || (plain !== undefined && suits.dtypes.test(plain))) continue
    const items = dtype === undefined ? 'bytes of unknown dtype' : `items of the dtype ${dtype}`
    throw usage(`the filter ${name} is lossy, and made for ${suits.words}: it would ruin ${items}`, {
      option: 'force',
      to: 'apply it anyway',
    })
  }
}

function plainDtype(dtype: string): string {
  const { descr } = parseMetadataDtype(dtype)
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}
