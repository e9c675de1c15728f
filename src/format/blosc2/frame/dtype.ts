// The dtype of an array's items, also for frames whose writer left the default.

import { dtypeRepr, parseMetadataDtype } from '../../../array/npy/index.js'
import { usage } from '../../../core/errors.js'

/** What C-Blosc2 writes into the metalayer of an array where nobody says what its items are. */
const DEFAULT_DTYPE = '|u1'

/** Does the metalayer of an array not say what its items are? */
export function isDefaultDtype(said: string, typesize: number): boolean {
  return said === DEFAULT_DTYPE && typesize > 1
}

/** What is to be said of such an array. */
export function defaultDtypeText(typesize: number): string {
  return `its dtype is |u1, the default of C-Blosc2, but its items have ${typesize} bytes: they are taken as |V${typesize}`
}

/**
 * The dtype of the items of an array. C programs leave the metalayer at the default of C-Blosc2, `|u1`, whatever the
 * items are: then they are opaque.
 * @param said what the metalayer says
 * @param typesize size of an item, in bytes
 * @param wanted what the caller says instead
 * @throws BlpkError USAGE where items of `wanted` have another size
 */
export function itemDtype(said: string, typesize: number, wanted?: string): string {
  if (wanted === undefined) return isDefaultDtype(said, typesize) ? `|V${typesize}` : said
  const { descr, itemsize } = parseMetadataDtype(wanted)
  if (itemsize !== typesize)
    throw usage(`items of the dtype ${wanted} have ${itemsize} bytes, and those of the array ${typesize}`)
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}
