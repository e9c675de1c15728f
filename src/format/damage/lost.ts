// Translates lost plain bytes into the items and rows of the array that they belong to.

import type { NdarrayLayout } from '../../array/npy/index.js'
import { ndarrayIn } from '../../array/npy/index.js'
import type { Lost, Span } from './finding.js'

/** What is known of the plain bytes of an archive. */
export interface PlainLayout {
  /** Plain size of every chunk but the last, in bytes. */
  chunkSize: number
  /** Plain bytes in all, if it is known. */
  total: number | undefined
  /** Item size, in bytes; 0 or 1 if items say nothing. */
  itemsize: number
  /** The array that the metadata describe. */
  array?: NdarrayLayout | undefined
}

/** The array that metadata describe; undefined if they describe none that makes sense. */
export function arrayIn(json: string | undefined): NdarrayLayout | undefined {
  try {
    return ndarrayIn(json)
  } catch {
    return undefined
  }
}

function within(span: Span, unit: number): Span {
  const start = Math.floor(span.start / unit)
  return span.stop === undefined ? { start } : { start, stop: Math.ceil(span.stop / unit) }
}

/** Bytes in a row along axis 0; 0 if there are no rows, or where they do not lie one after the other. */
export function rowBytes(array: NdarrayLayout | undefined): number {
  if (array === undefined || array.shape.length === 0) return 0
  const inOrder = array.order === 'C' || array.shape.filter((n) => n > 1).length < 2
  return inOrder ? array.shape.slice(1).reduce((product, n) => product * n, array.itemsize) : 0
}

/** Says of plain bytes which items and rows they hold. */
export function describeSpan(span: Span, layout: PlainLayout): Lost {
  const itemsize = layout.array?.itemsize ?? layout.itemsize
  const row = (layout.array?.shape.length ?? 0) > 1 ? rowBytes(layout.array) : 0
  return {
    ...span,
    ...(itemsize > 1 && { items: within(span, itemsize) }),
    ...(row > 0 && { rows: within(span, row) }),
  }
}

/**
 * What is lost with chunks.
 * @param count how many, from `first` on; undefined for all that follow
 */
export function lostChunks(layout: PlainLayout, first: number, count: number | undefined): Lost {
  const { chunkSize, total } = layout
  const start = first * chunkSize
  const end = count === undefined ? total : Math.min(start + count * chunkSize, total ?? Number.MAX_VALUE)
  return describeSpan(end === undefined || end < start ? { start } : { start, stop: end }, layout)
}
