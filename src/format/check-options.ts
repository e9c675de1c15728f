// Refuses options of packing that a format does not take, with the format's own reason.

import { usage } from '../core/errors.js'
import type { PackOptions } from './pack-options.js'
import type { Format } from './traits.js'

/** Values that ask for what every container does anyhow; names count in any case. */
const NOTHING_ASKED: PackOptions = { offsets: true, dictionary: false, sparse: false, checksum: 'none' }

function isAsked(o: PackOptions, option: keyof PackOptions): boolean {
  const given = o[option]
  const value = typeof given === 'string' ? given.toLowerCase() : given
  return value !== undefined && value !== NOTHING_ASKED[option]
}

/**
 * @param name what the caller calls an option
 * @throws BlpkError USAGE for an option that the format does not take, or two that exclude each other
 */
export function checkOptions(
  { refuses = {} }: Format,
  o: PackOptions,
  name: (option: keyof PackOptions) => string = (option) => option,
): void {
  for (const [key, why] of Object.entries(refuses)) {
    const option = key as keyof PackOptions
    if (isAsked(o, option)) throw usage(`${name(option)} cannot be used: ${why(name)}`)
  }
  if (o.filters !== undefined && o.shuffle !== undefined)
    throw usage(`${name('filters')} and ${name('shuffle')} cannot be combined`)
}
