// The array that a source of plain bytes is packed as.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NdarrayLayout, ndarrayIn, parseMetadataDtype } from '../../array/npy/index.js'
import { usage } from '../../core/errors.js'
import { spool } from '../../engine/spool.js'
import type { PlainSource } from '../../sources/plain.js'
import type { PackOptions } from '../pack-options.js'

/** Plain bytes are an array of one dimension, of single bytes or of opaque items. */
function plainLayout(nbytes: number, { typesize }: Pick<PackOptions, 'typesize'>, known = 1): NdarrayLayout {
  const fitting = known > 0 && nbytes % known === 0 ? known : 1
  const itemsize = typeof typesize === 'number' ? typesize : typesize === undefined ? fitting : 1
  if (nbytes % itemsize !== 0)
    throw usage(`${nbytes} bytes are not a whole number of items of ${itemsize} bytes`)
  const { descr } = parseMetadataDtype(itemsize === 1 ? '|u1' : `|V${itemsize}`)
  return { descr, itemsize, shape: [nbytes / itemsize], order: 'C', nbytes }
}

function arrayLayout(plain: PlainSource, o: Pick<PackOptions, 'typesize'>): NdarrayLayout | undefined {
  const layout = ndarrayIn(plain.metadata)
  if (layout === undefined)
    return plain.size === undefined ? undefined : plainLayout(plain.size, o, plain.typesize)
  if (typeof o.typesize === 'number' && o.typesize !== layout.itemsize)
    throw usage(`the items of the array have ${layout.itemsize} bytes, not ${o.typesize}`, { option: 'raw' })
  return layout
}

/**
 * Calls `pack` with the array that a source is. What has no known size is copied to a temporary file first, for the shape
 * must be known before the first chunk.
 * @throws BlpkError USAGE if options contradict the array
 */
export async function withArrayLayout<T>(
  plain: PlainSource,
  o: Pick<PackOptions, 'typesize'>,
  pack: (source: PlainSource, layout: NdarrayLayout) => Promise<T>,
): Promise<T> {
  const layout = arrayLayout(plain, o)
  if (layout !== undefined) return pack(plain, layout)
  const held = await spool(plain, join(tmpdir(), 'blpk'))
  try {
    return await pack(held, plainLayout(held.size ?? 0, o, plain.typesize))
  } finally {
    await held.close()
  }
}
