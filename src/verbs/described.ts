// Plain bytes as the array that options make of them.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dtypeRepr, type NdarrayLayout, ndarrayIn, parseMetadataDtype } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import { spool } from '../engine/spool.js'
import { arrayJson, withArray } from '../format/described-metadata.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import { checkedDtype } from './dtype.js'

/** What array plain bytes are. */
export interface ArrayDescription {
  /** NumPy's type string, or a description of fields. Default: `|V` and the typesize. */
  dtype?: string
  /** One extent may be -1: what is left. Default: one dimension. */
  shape?: readonly number[]
  /** Default: `C`. */
  order?: 'C' | 'F'
  /** Item size, in bytes, where no dtype says it. */
  typesize?: number | 'auto'
}

/** Do options say what array the input is? */
export function isDescribed({ dtype, shape, order }: ArrayDescription): boolean {
  return dtype !== undefined || shape !== undefined || order !== undefined
}

/** The shape, with what takes the place of -1. @throws BlpkError USAGE for a second -1 and other negative extents */
function shapeFor(items: number, shape: readonly number[]): number[] {
  if (shape.filter((n) => n === -1).length > 1) throw usage('a shape has one -1 at most')
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
 * The array that options make of plain bytes.
 * @param known the array that they are by themselves, if they are one
 * @throws BlpkError USAGE where dtype, shape and size do not go together
 */
export function layoutAsked(nbytes: number, o: ArrayDescription, known?: NdarrayLayout): NdarrayLayout {
  const dtype = dtypeAsked(o, known)
  const { descr, itemsize } = parseMetadataDtype(dtype, 'the options')
  if (known !== undefined && itemsize !== known.itemsize)
    throw usage(
      `items of the dtype ${dtype} have ${itemsize} bytes, and those of the array ${known.itemsize}`,
    )
  if (nbytes % itemsize !== 0)
    throw usage(`${nbytes} bytes are no whole number of items of ${itemsize} bytes (${dtype})`)
  const items = nbytes / itemsize
  const shape = shapeFor(items, o.shape ?? known?.shape ?? [items])
  if (shape.reduce((product, n) => product * n, 1) !== items || !shape.every(Number.isSafeInteger))
    throw usage(`${nbytes} bytes are ${items} items of ${dtype}, which do not make the shape ${o.shape}`)
  const order = o.order ?? known?.order ?? 'C'
  if (order !== 'C' && order !== 'F') throw usage(`the order is '${String(order)}'; it is C or F`)
  if (known !== undefined && order !== known.order)
    throw usage(`the items are in ${known.order} order already`)
  if (known !== undefined && o.shape !== undefined && order === 'F' && known.shape.length > 1)
    throw usage('an array in Fortran order cannot get another shape: convert it to a .b2nd first')
  return { descr, itemsize, shape, order, nbytes }
}

/** The same bytes, of which nothing was read yet, as an array. */
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
 * Works on plain bytes as the array that options make of them. A pipe is brought into a temporary file first, so that
 * its size is known before anything is written.
 * @throws BlpkError USAGE where dtype, shape and size do not go together, or the input says itself what it is
 */
export async function withDescribed<T>(
  plain: PlainSource,
  o: ArrayDescription,
  work: (plain: PlainSource) => Promise<T>,
): Promise<T> {
  if (!isDescribed(o)) return work(plain)
  if (ndarrayIn(plain.metadata) !== undefined)
    throw usage(`'${plain.name}' says itself what array it is: leave out dtype, shape and order`)
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
