// What a dataset holds for NumPy: an array of items, and where their bytes come from.

import { arrayBytes } from '../../../array/npy/index.js'
import { unsupported } from '../../../core/errors.js'
import type { OpenOptions } from '../../opened.js'
import type { DatasetSpec } from '../model.js'
import type { H5File } from '../structure/tree.js'
import { type ItemArray, itemsOf, referencesOf } from './items.js'
import { TextItems } from './text-items.js'
import { checkTexts, longestText, type StoredText, textValues } from './text-values.js'
import { type Values, valuesOf } from './values.js'

/** More strings are not looked through for the longest one. */
const MOST_STRINGS = 2 ** 26
/** More bytes are not read at once if they are so many times those in the file. */
const MOST_AT_ONCE = { nbytes: 256 * 2 ** 20, times: 64 }

export interface Content {
  items: ItemArray
  values: Values
  /** Missing if any number of plain bytes may be read at once. @throws BlpkError UNSUPPORTED if they are too many */
  checkAmount?(nbytes: number): void
}

/** One long string makes all of them long. */
function amountCheck(stored: number, descr: string): NonNullable<Content['checkAmount']> {
  return (nbytes) => {
    if (nbytes <= MOST_AT_ONCE.nbytes || nbytes <= MOST_AT_ONCE.times * stored) return
    throw unsupported(
      `the strings take ${nbytes} bytes as text of one length (${descr}), and ${stored} in the file: ` +
        'take a slice of fewer',
    )
  }
}

/** @throws BlpkError UNSUPPORTED for too many strings, and as {@link contentOf} */
async function storedText(
  file: H5File,
  spec: DatasetSpec,
  references: ItemArray,
  o: OpenOptions,
): Promise<StoredText> {
  const { itemsize, nbytes } = references
  if (nbytes > MOST_STRINGS * itemsize)
    throw unsupported(`the dataset has more than ${MOST_STRINGS} strings of variable length`)
  return { values: await valuesOf(file, spec, references, o), texts: new TextItems(file, itemsize), nbytes }
}

/** Reads all strings of variable length. @throws BlpkError as {@link contentOf} */
export async function checkStrings(file: H5File, spec: DatasetSpec, o: OpenOptions): Promise<void> {
  await checkTexts(await storedText(file, spec, referencesOf(spec), o))
}

/** Strings of variable length, as text of the length of the longest. */
async function textContent(file: H5File, spec: DatasetSpec, o: OpenOptions): Promise<Content> {
  const references = referencesOf(spec)
  const { shape, inner, nbytes } = references
  const stored = await storedText(file, spec, references, o)
  const { texts } = stored
  const length = await longestText(stored)
  const descr = `<U${length}`
  const textsize = length * texts.characterBytes
  const items = {
    descr,
    itemsize: textsize,
    shape,
    inner,
    nbytes: arrayBytes(textsize, shape, 'the dataset'),
  }
  const checkAmount = amountCheck(nbytes + texts.textBytes, descr)
  return { items, values: textValues(stored, length, checkAmount), checkAmount }
}

/**
 * The content of a dataset.
 * @throws BlpkError UNSUPPORTED for types that NumPy has not, for values in other files, and for filters that are not
 * known; USAGE for a dtype of another size; DAMAGED, CHECKSUM, IO
 */
export async function contentOf(file: H5File, spec: DatasetSpec, o: OpenOptions): Promise<Content> {
  if (spec.type.kind === 'vlen-string' && o.dtype === undefined) return textContent(file, spec, o)
  const items = itemsOf(spec, o.dtype)
  return { items, values: await valuesOf(file, spec, items, o) }
}
