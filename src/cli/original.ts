import { formatNpyHeader, type NdarrayLayout, ndarrayIn } from '../array/npy/index.js'
import { Archive } from '../format/bloscpack/archive.js'
import type { Finding } from '../format/bloscpack/verify.js'
import { openPlain } from '../sources/npy.js'
import type { PlainSource } from '../sources/plain.js'
import type { Input } from '../verbs/inputs.js'
import type { Context } from './context.js'

/** The file that an archive is compared with. */
export interface Original {
  plain: PlainSource
  /** What is wrong before a byte of the data is compared. */
  finding: Finding | undefined
}

/** What is known of the array in an archive: `none` where it holds none, undefined where nothing can be told. */
async function arrayOf(input: Input): Promise<NdarrayLayout | 'none' | undefined> {
  // Of a pipe nothing can be read ahead.
  if (!input.source.seekable) return undefined
  try {
    return ndarrayIn((await Archive.open(input.source)).metadata) ?? 'none'
  } catch {
    // What is wrong is said by the verification.
    return undefined
  }
}

function headerOf(layout: NdarrayLayout): Uint8Array {
  // Along a single axis both orders are the same.
  return formatNpyHeader(layout.shape.length < 2 ? { ...layout, order: 'C' } : layout)
}

/** The array that is going to be compared, where the file is a `.npy`. */
export function arrayOfPlain({ metadata }: PlainSource): NdarrayLayout | undefined {
  return ndarrayIn(metadata)
}

/** What is wrong with dtype, shape or order. */
export function compareArrays(array: NdarrayLayout, plain: PlainSource): Finding | undefined {
  const other = arrayOfPlain(plain)
  if (other !== undefined && Buffer.compare(headerOf(array), headerOf(other)) === 0) return undefined
  const message =
    other === undefined
      ? `the archive holds an array, but '${plain.name}' is no .npy file`
      : `dtype, shape or order of the array are not those of '${plain.name}'`
  return { level: 'damage', code: 'DAMAGED', message }
}

/** Opens the file that an archive is said to be made of, as it was opened for packing. */
export async function openOriginal(input: Input, original: Input, context: Context): Promise<Original> {
  const raw = context.options.raw === true
  const array = raw ? 'none' : await arrayOf(input)
  const plain = await openPlain(original.source, { raw: array === 'none' })
  const finding = array === undefined || array === 'none' ? undefined : compareArrays(array, plain)
  return { plain, finding }
}
