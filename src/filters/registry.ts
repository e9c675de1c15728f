// All filters, built in or registered, by name and number.

import { unsupported, usage } from '../core/errors.js'
import { unknownName } from '../core/nearest.js'
import { SIMPLE_FILTERS } from './builtin.js'
import { CELL_FILTERS } from './cells.js'
import type { Filter } from './filter.js'

/** Numbers that users may give to filters and codecs of their own. */
export const USER_IDS = { first: 160, last: 255 } as const

const filters = new Map<number, Filter>([...SIMPLE_FILTERS, ...CELL_FILTERS].map((f) => [f.id, f]))

/** All filters, those of users last. */
export function allFilters(): Filter[] {
  return [...filters.values()]
}

/** The filter of a number. @throws BlpkError UNSUPPORTED for one that has none */
export function filterById(id: number): Filter {
  const found = filters.get(id)
  if (found !== undefined) return found
  const isForUsers = id >= USER_IDS.first
  const how = isForUsers ? '; register it first' : ''
  throw unsupported(
    `the data went through filter number ${id}, which is not known${how}`,
    {},
    isForUsers ? { call: 'registerFilter' } : undefined,
  )
}

/** The filter of a number; undefined for one that has none. */
export function knownFilter(id: number): Filter | undefined {
  return filters.get(id)
}

/** The filter of a name. @throws BlpkError USAGE for one that has none */
export function filterByName(name: string): Filter {
  for (const filter of filters.values()) if (filter.name === name) return filter
  const written = [...filters.values()].filter(({ forward }) => forward !== undefined)
  throw unknownName(
    'filter',
    name,
    written.map((filter) => filter.name),
  )
}

/** Does one of these filters hold blocks against the first one of the chunk? */
export function useFirstBlock(slots: readonly { id: number }[]): boolean {
  return slots.some(({ id }) => filters.get(id)?.traits.usesFirstBlock === true)
}

/** Does one of these filters look at the shape of blocks? */
export function filtersUseShape(slots: readonly { id: number }[]): boolean {
  return slots.some(({ id }) => filters.get(id)?.traits.usesShape === true)
}

/**
 * @param how.isGlobal C-Blosc2 has given the number to a plugin that is not built in here
 * @throws BlpkError USAGE for a number that is taken, or that is neither global nor in the users' range
 */
export function checkUserId(
  id: number,
  { isTaken, isGlobal = false, what }: { isTaken: boolean; isGlobal?: boolean; what: 'codec' | 'filter' },
): void {
  const isForUsers = Number.isInteger(id) && id >= USER_IDS.first && id <= USER_IDS.last
  if (!isForUsers && !isGlobal)
    throw usage(`a ${what} of your own needs a number from ${USER_IDS.first} to ${USER_IDS.last}, not ${id}`)
  if (isTaken) throw usage(`${what} number ${id} is taken; choose another one`)
}

/** Adds a filter. @throws BlpkError USAGE */
export function addFilter(filter: Filter): void {
  checkUserId(filter.id, { isTaken: filters.has(filter.id), what: 'filter' })
  filters.set(filter.id, filter)
}
