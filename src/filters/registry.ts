import { unsupported, usage } from '../core/errors.js'
import { SIMPLE_FILTERS } from './builtin.js'
import { CELL_FILTERS } from './cells.js'
import type { BlockFilter } from './filter.js'

/** Numbers that users may give to filters and codecs of their own. */
export const USER_IDS = { first: 160, last: 255 } as const

const filters = new Map<number, BlockFilter>([...SIMPLE_FILTERS, ...CELL_FILTERS].map((f) => [f.id, f]))

/** The filter of a number. @throws BlpkError UNSUPPORTED for one that has none */
export function filterById(id: number): BlockFilter {
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
export function knownFilter(id: number): BlockFilter | undefined {
  return filters.get(id)
}

/** The filter of a name. @throws BlpkError USAGE for one that has none */
export function filterByName(name: string): BlockFilter {
  for (const filter of filters.values()) if (filter.name === name) return filter
  const written = [...filters.values()].filter(({ forward }) => forward !== undefined)
  const names = written.map((filter) => filter.name).join(', ')
  throw usage(`unknown filter '${name}' (there are ${names})`)
}

/** @throws BlpkError USAGE for a number out of the users' range, or one that is taken */
export function checkUserId(id: number, taken: boolean, what: string): void {
  if (!Number.isInteger(id) || id < USER_IDS.first || id > USER_IDS.last) {
    throw usage(`a ${what} of your own needs a number from ${USER_IDS.first} to ${USER_IDS.last}, not ${id}`)
  }
  if (taken) throw usage(`${what} number ${id} is taken; choose another one`)
}

/** Adds a filter. @throws BlpkError USAGE */
export function addFilter(filter: BlockFilter): void {
  checkUserId(filter.id, filters.has(filter.id), 'filter')
  filters.set(filter.id, filter)
}
