// The dtype of an array's items, even if the writer of the frame left the default.

import { dtypeRepr, parseMetadataDtype } from '../../array/npy/index.js'
import { usage } from '../../core/errors.js'

/** C-Blosc2's default dtype in the metalayer of an array. */
const DEFAULT_DTYPE = '|u1'

/** Whether the metalayer of an array does not specify the dtype. */
export function isDefaultDtype(said: string, typesize: number): boolean {
  return said === DEFAULT_DTYPE && typesize > 1
}

/** The note about such an array. */
export function defaultDtypeText(typesize: number): string {
  return `its dtype is |u1, the default of C-Blosc2, but its items have ${typesize} bytes: they are read as |V${typesize}`
}

/**
 * The dtype of the items of an array. C programs often leave C-Blosc2's default `|u1`, whatever the items
 * are: these are then opaque.
 * @param said the dtype in the metalayer
 * @param typesize size of an item, in bytes
 * @param wanted the dtype that the caller gives instead
 * @throws BlpkError USAGE if items of `wanted` have another size
 */
export function itemDtype(said: string, typesize: number, wanted?: string): string {
  if (wanted === undefined) return isDefaultDtype(said, typesize) ? `|V${typesize}` : said
  const { descr, itemsize } = parseMetadataDtype(wanted)
  if (itemsize !== typesize)
    throw usage(
      `items of the dtype ${wanted} have ${itemsize} bytes, but those of the array have ${typesize}`,
    )
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}
