// Which filter a block of a Blosc 1 chunk goes through, and what the filter is told.

import type { ErrorPlace } from '../../core/errors.js'
import { loneChunk } from '../../core/schunk-traits.js'
import type { BlockContext, Filter } from '../../filters/filter.js'
import { SHUFFLE_FILTERS, type Shuffle } from '../../filters/shuffles.js'
import type { Workspace } from '../../kernels/workspace.js'

/** Format version 2: a block whose items are no multiple of 8 is not bit-shuffled. */
function applies(shuffle: Shuffle, typesize: number, nbytes: number): boolean {
  if (shuffle === 'byte') return typesize > 1
  return nbytes >= typesize && Math.floor(nbytes / typesize) % 8 === 0
}

/** The filter of a Blosc 1 chunk for a block of this size, or undefined if the block stays as it is. */
export function filterForBlock(shuffle: Shuffle, typesize: number, nbytes: number): Filter | undefined {
  const [filter] = SHUFFLE_FILTERS[shuffle]
  return filter !== undefined && applies(shuffle, typesize, nbytes) ? filter : undefined
}

/** What the filters of a Blosc 1 chunk are told. */
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
