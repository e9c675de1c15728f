// The array that a dataset is for NumPy: its shape, and the type of its items.

import { product } from '../../../array/geometry.js'
import { arrayBytes, type NdarrayLayout, parseMetadataDtype } from '../../../array/npy/index.js'
import { type BlpkError, unsupported, usage } from '../../../core/errors.js'
import type { DatasetSpec } from '../model.js'

/** An array of items that NumPy knows. Items that are small arrays themselves add axes. */
export interface ItemArray {
  descr: NdarrayLayout['descr']
  /** In bytes. */
  itemsize: number
  shape: readonly number[]
  /** Axes that the type of the items adds, at the end. */
  inner: readonly number[]
  /** In bytes. */
  nbytes: number
}

/** The type of items that the user names instead of that of the file. @throws BlpkError USAGE if it has another size */
function namedItems(
  dtype: string,
  type: DatasetSpec['type'],
): Pick<ItemArray, 'descr' | 'itemsize' | 'inner'> {
  const { descr, itemsize } = parseMetadataDtype(dtype, 'the option dtype')
  if (itemsize !== type.itemsize)
    throw usage(`items of ${dtype} have ${itemsize} bytes, but those of the dataset have ${type.itemsize}`)
  return { descr, itemsize, inner: [] }
}

/** @throws BlpkError UNSUPPORTED for types that NumPy has not */
function storedItems(type: DatasetSpec['type']): Pick<ItemArray, 'descr' | 'itemsize' | 'inner'> {
  if (type.kind !== 'numpy')
    throw unsupported(`the items of the dataset are ${whatOf(type)}, which cannot be read`)
  const { descr, axes: inner = [], itemsize } = type
  return { descr, itemsize: itemsize / Math.max(product(inner), 1), inner }
}

/**
 * The array that a dataset is.
 * @param dtype of its items, instead of the stored one
 * @throws BlpkError UNSUPPORTED for types that NumPy has not, and for datasets without values; USAGE
 */
export function itemsOf({ space, type }: DatasetSpec, dtype?: string): ItemArray {
  if (space.kind === 'null') throw noValues()
  const { descr, itemsize, inner } = dtype === undefined ? storedItems(type) : namedItems(dtype, type)
  const shape = [...space.shape, ...inner]
  return { descr, itemsize, shape, inner, nbytes: arrayBytes(itemsize, shape, 'the dataset') }
}

/** The items of a dataset as bytes, whatever they mean. */
export function rawItems({ space, type: { itemsize } }: DatasetSpec): ItemArray {
  const shape = space.kind === 'null' ? [0] : space.shape
  return {
    descr: `|V${itemsize}`,
    itemsize,
    inner: [],
    shape,
    nbytes: arrayBytes(itemsize, shape, 'the dataset'),
  }
}

/** Strings of variable length as they are stored: items that refer to a heap. */
export function referencesOf({ space, type }: DatasetSpec): ItemArray {
  const inner = type.kind === 'vlen-string' ? (type.axes ?? []) : []
  if (space.kind === 'null') throw noValues()
  const itemsize = type.itemsize / Math.max(product(inner), 1)
  const shape = [...space.shape, ...inner]
  return {
    descr: `|V${itemsize}`,
    itemsize,
    inner,
    shape,
    nbytes: arrayBytes(itemsize, shape, 'the dataset'),
  }
}

function noValues(): BlpkError {
  return unsupported('the dataset has no values: its dataspace is null')
}

function whatOf(type: Exclude<DatasetSpec['type'], { kind: 'numpy' }>): string {
  return type.kind === 'other' ? type.what : 'strings of variable length'
}

/** The same, as the verbs want it. */
export function layoutOf({ descr, itemsize, shape, nbytes }: ItemArray): NdarrayLayout {
  return { descr, itemsize, shape: [...shape], order: 'C', nbytes }
}
