// Which filter applies to a block of a Blosc 1 chunk, and with which parameters.

import type { ErrorPlace } from '../../core/errors.js'
import { loneChunk } from '../../core/schunk-traits.js'
import type { BlockContext, Filter } from '../../filters/filter.js'
import { SHUFFLE_FILTERS, type Shuffle } from '../../filters/shuffles.js'
import type { Workspace } from '../../kernels/workspace.js'

/** Format version 2: a block whose number of items is not a multiple of 8 is not bit-shuffled. */
function applies(shuffle: Shuffle, typesize: number, nbytes: number): boolean {
  if (shuffle === 'byte') return typesize > 1
  return nbytes >= typesize && Math.floor(nbytes / typesize) % 8 === 0
}

/** The filter for a block of this size; undefined if the block is not filtered. */
export function filterForBlock(shuffle: Shuffle, typesize: number, nbytes: number): Filter | undefined {
  const [filter] = SHUFFLE_FILTERS[shuffle]
  return filter !== undefined && applies(shuffle, typesize, nbytes) ? filter : undefined
}

/** The parameters of the filters of a Blosc 1 chunk. */
export function chunkContext(
  ws: Workspace,
  { typesize, nbytes }: { typesize: number; nbytes: number },
  place: ErrorPlace = {},
): BlockContext {
  return {
    ws,
    meta: 0,
    typesize,
    headerTypesize: typesize,
    blosc1: true,
    reference: undefined,
    blockshape: undefined,
    schunk: loneChunk(typesize, nbytes),
    place,
  }
}
