// The registry of filters, built-in and user-defined, by name and number.

import { unsupported } from '../core/errors.js'
import { unknownName } from '../core/nearest.js'
import { SIMPLE_FILTERS } from './builtin.js'
import { CELL_FILTERS } from './cells.js'
import type { Filter } from './filter.js'
import { checkUserId, USER_IDS } from './user-ids.js'

const filters = new Map<number, Filter>([...SIMPLE_FILTERS, ...CELL_FILTERS].map((f) => [f.id, f]))

/** All filters; user filters come last. */
export function allFilters(): Filter[] {
  return [...filters.values()]
}

/** The filter with a number. @throws BlpkError UNSUPPORTED for an unknown number */
export function filterById(id: number): Filter {
  const found = filters.get(id)
  if (found !== undefined) return found
  const isForUsers = id >= USER_IDS.first
  const how = isForUsers ? '; register it first' : ''
  throw unsupported(
    `the data were filtered with filter number ${id}, which is not known${how}`,
    {},
    isForUsers ? { call: 'registerFilter' } : undefined,
  )
}

/** The filter with a number; undefined for an unknown number. */
export function knownFilter(id: number): Filter | undefined {
  return filters.get(id)
}

/** The filter with a name. @throws BlpkError USAGE for an unknown name */
export function filterByName(name: string): Filter {
  for (const filter of filters.values()) if (filter.name === name) return filter
  const written = [...filters.values()].filter(({ forward }) => forward !== undefined)
  throw unknownName(
    'filter',
    name,
    written.map((filter) => filter.name),
  )
}

/** Whether one of these filters compares blocks with the first block of the chunk. */
export function useFirstBlock(slots: readonly { id: number }[]): boolean {
  return slots.some(({ id }) => filters.get(id)?.traits.usesFirstBlock === true)
}

/** Whether one of these filters uses the shape of blocks. */
export function filtersUseShape(slots: readonly { id: number }[]): boolean {
  return slots.some(({ id }) => filters.get(id)?.traits.usesShape === true)
}

/** Registers a filter. @throws BlpkError USAGE */
export function addFilter(filter: Filter): void {
  checkUserId(filter.id, { isTaken: filters.has(filter.id), what: 'filter' })
  filters.set(filter.id, filter)
}
