// Treats plain bytes as an array that options describe.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dtypeRepr, type NdarrayLayout, ndarrayIn, parseMetadataDtype } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import { spool } from '../engine/spool.js'
import { arrayJson, withArray } from '../format/described-metadata.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import { checkedDtype } from './dtype.js'

/** A description of plain bytes as an array. */
export interface ArrayDescription {
  /** NumPy's type string, or a description of fields. Default: `|V` and the typesize. */
  dtype?: string
  /** One extent may be -1; it is computed from the size. Default: one dimension. */
  shape?: readonly number[]
  /** Default: `C`. */
  order?: 'C' | 'F'
  /** Typesize in bytes, if the dtype does not imply it. */
  typesize?: number | 'auto'
}

/** Whether any option describes the array. */
export function isDescribed({ dtype, shape, order }: ArrayDescription): boolean {
  return dtype !== undefined || shape !== undefined || order !== undefined
}

/** The shape, with -1 resolved. @throws BlpkError USAGE for a second -1 and for other negative extents */
function shapeFor(items: number, shape: readonly number[]): number[] {
  if (shape.filter((n) => n === -1).length > 1) throw usage('a shape has at most one -1')
  if (shape.some((n) => n < -1)) throw usage(`the shape ${shape} has a negative extent`)
  const known = shape.filter((n) => n !== -1).reduce((product, n) => product * n, 1)
  return shape.map((n) => (n === -1 ? (known === 0 ? 0 : items / known) : n))
}

function dtypeAsked({ dtype, typesize }: ArrayDescription, known: NdarrayLayout | undefined): string {
  if (dtype !== undefined) return checkedDtype(dtype, 'the options')
  if (known !== undefined) return dtypeRepr(known.descr)
  return typeof typesize === 'number' && typesize > 1 ? `|V${typesize}` : '|u1'
}

/**
 * The array that options describe.
 * @param known the array that the input already is, if any
 * @throws BlpkError USAGE if dtype, shape and size do not match
 */
export function layoutAsked(nbytes: number, o: ArrayDescription, known?: NdarrayLayout): NdarrayLayout {
  const dtype = dtypeAsked(o, known)
  const { descr, itemsize } = parseMetadataDtype(dtype, 'the options')
  if (known !== undefined && itemsize !== known.itemsize)
    throw usage(
      `items of the dtype ${dtype} have ${itemsize} bytes, but those of the array have ${known.itemsize}`,
    )
  if (nbytes % itemsize !== 0)
    throw usage(`${nbytes} bytes are not a whole number of items of ${itemsize} bytes (${dtype})`)
  const items = nbytes / itemsize
  const shape = shapeFor(items, o.shape ?? known?.shape ?? [items])
  if (shape.reduce((product, n) => product * n, 1) !== items || !shape.every(Number.isSafeInteger))
    throw usage(`${nbytes} bytes are ${items} items of ${dtype}, which do not fill the shape ${o.shape}`)
  const order = o.order ?? known?.order ?? 'C'
  if (order !== 'C' && order !== 'F') throw usage(`the order is '${String(order)}'; it must be C or F`)
  if (known !== undefined && order !== known.order)
    throw usage(`the items are in ${known.order} order already`)
  if (known !== undefined && o.shape !== undefined && order === 'F' && known.shape.length > 1)
    throw usage('an array in Fortran order cannot get another shape: convert it to a .b2nd first')
  return { descr, itemsize, shape, order, nbytes }
}

/** The same bytes as an array. Nothing has been read from them yet. */
function describedAs(plain: PlainSource, typesize: number, metadata: string): PlainSource {
  if (plain instanceof BytesPlainSource) return plain.describedAs(typesize, metadata)
  return {
    name: plain.name,
    size: plain.size,
    typesize,
    metadata,
    place: plain.place,
    sample: (nbytes) => plain.sample(nbytes),
    read: (into) => plain.read(into),
    close: () => plain.close(),
  }
}

/**
 * Calls a function with plain bytes as the array that options describe. A pipe is first copied to a temporary
 * file, so that its size is known before anything is written.
 * @throws BlpkError USAGE if dtype, shape and size do not match, or if the input already describes its array
 */
export async function withDescribed<T>(
  plain: PlainSource,
  o: ArrayDescription,
  work: (plain: PlainSource) => Promise<T>,
): Promise<T> {
  if (!isDescribed(o)) return work(plain)
  if (ndarrayIn(plain.metadata) !== undefined)
    throw usage(`'${plain.name}' describes its array itself: leave out dtype, shape and order`)
  const held = plain.size === undefined ? await spool(plain, join(tmpdir(), 'blpk')) : undefined
  try {
    const known = held ?? plain
    const layout = layoutAsked(known.size ?? 0, o)
    const array = arrayJson(layout)
    const metadata = withArray(plain.metadata, array) ?? array
    return await work(describedAs(known, layout.itemsize, metadata))
  } finally {
    await held?.close()
  }
}
