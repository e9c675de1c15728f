// Filters of a pipeline with what they are told, for people.

import type { FilterSpec } from '../model.js'
import { filterName } from './registry.js'

/** Compressors of Blosc 1, by the number that its filter has for them. */
const BLOSC_CODECS = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
const BLOSC_SHUFFLES = ['no shuffle', 'shuffle', 'bitshuffle']
const BITSHUFFLE_CODECS: Readonly<Record<number, string>> = { 2: 'lz4', 3: 'zstd' }

/** What the client data values say, by the number of the filter. Undefined if they do not say it. */
const TOLD: Readonly<Record<number, (values: readonly number[]) => string | undefined>> = {
  1: ([level]) => levelText(level),
  307: ([level]) => levelText(level),
  32001: ([, , , , level, shuffle = 1, codec = 0]) =>
    level === undefined
      ? undefined
      : [BLOSC_CODECS[codec] ?? `codec ${codec}`, `level ${level}`, BLOSC_SHUFFLES[shuffle]].join(', '),
  32008: ([, , , , codec = 0]) => BITSHUFFLE_CODECS[codec],
  32015: ([level]) => levelText(level),
}

function levelText(level: number | undefined): string | undefined {
  return level === undefined ? undefined : `level ${level}`
}

function filterText(filter: FilterSpec): string {
  const told = TOLD[filter.id]?.(filter.values)
  return told === undefined ? filterName(filter) : `${filterName(filter)} (${told})`
}

/** All filters of a pipeline in the order of packing. */
export function pipelineText(filters: readonly FilterSpec[]): string {
  return filters.map(filterText).join(', ') || 'none'
}

/** The filters that a chunk was stored without. @param mask bit i: filter i was left out */
export function leftOutText(filters: readonly FilterSpec[], mask: number): string {
  const names = filters.filter((_, i) => i < 32 && ((mask >>> i) & 1) === 1).map(filterName)
  return names.length === 0 ? '-' : `without ${names.join(', ')}`
}
