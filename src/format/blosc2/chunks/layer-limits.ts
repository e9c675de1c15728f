// Limits on names and number of metalayers, and reserved names.

import { usage } from '../../../core/errors.js'
import { CHECKSUM_LAYER } from '../../frame/checksums.js'
import { type Layers, MAX_LAYER_NAME } from '../../frame/layers.js'

const MAX_META = 16
const MAX_VLMETA = 8192
/** The name table stores its size in 16 bits; each name takes this many bytes in addition. */
const MAX_TABLE_BYTES = 2 ** 16 - 1 - 7
const LAYER_ENTRY_BYTES = 6

/** @throws BlpkError USAGE for a reserved name */
export function checkNotReserved(name: string): void {
  if (name === CHECKSUM_LAYER) throw usage(`the metalayer name '${name}' is reserved for checksums`)
}

function checkKind(layers: Layers, most: number, what: string): void {
  if (layers.size > most) throw usage(`there are ${layers.size} ${what}; a frame takes at most ${most}`)
  let tableBytes = 0
  for (const name of layers.keys()) {
    const { length } = new TextEncoder().encode(name)
    if (length === 0 || length > MAX_LAYER_NAME)
      throw usage(`the metalayer name '${name}' has ${length} bytes; it must have 1 to ${MAX_LAYER_NAME}`)
    checkNotReserved(name)
    tableBytes += LAYER_ENTRY_BYTES + length
  }
  if (tableBytes > MAX_TABLE_BYTES)
    throw usage(
      `the names of the ${layers.size} ${what} take more room than a frame has; use fewer or shorter ones`,
    )
}

/** @throws BlpkError USAGE for more metalayers, or longer names, than a frame can hold */
export function checkLayers(meta: Layers, vlmeta: Layers): void {
  checkKind(meta, MAX_META, 'metalayers')
  checkKind(vlmeta, MAX_VLMETA, 'variable-length metalayers')
}
