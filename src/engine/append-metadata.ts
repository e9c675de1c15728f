import { BlpkError, usage } from '../errors.js'
import { compactJson, toJson } from '../format/bloscpack/json.js'
import { type NdarrayLayout, numpyOrder, parseNdarrayMetadata } from '../format/npy/index.js'
import type { PlainSource } from '../sources/plain.js'
import type { Archive } from './archive.js'

function arrayOf(metadata: string | undefined): NdarrayLayout | undefined {
  return metadata === undefined ? undefined : parseNdarrayMetadata(JSON.parse(metadata))
}

function rowItems(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, n) => product * n, 1)
}

function dtypeOf(metadata: string): unknown {
  return (JSON.parse(metadata) as { dtype?: unknown }).dtype
}

/** @throws BlpkError USAGE where the arrays cannot stand behind one another along axis 0 */
function checkSameRows(archive: NdarrayLayout, added: NdarrayLayout, a: string, b: string): void {
  if (toJson(dtypeOf(a)) !== toJson(dtypeOf(b))) {
    throw usage(`the array has dtype ${dtypeOf(b)}, but the archive has ${dtypeOf(a)}`)
  }
  const rows = (m: NdarrayLayout): string => `(n, ${m.shape.slice(1).join(', ')})`
  if (archive.shape.length !== added.shape.length || rows(archive) !== rows(added)) {
    throw usage(
      `the array has shape (${added.shape.join(', ')}), but the archive has (${archive.shape.join(', ')})`,
    )
  }
  if (numpyOrder(archive) !== numpyOrder(added)) {
    throw usage(`the array is in ${added.order} order, but the archive is in ${archive.order} order`)
  }
}

function checkGrowable(array: NdarrayLayout): void {
  if (array.shape.length === 0)
    throw usage('the archive holds a 0-d array, which has no axis to append along')
  if (numpyOrder(array) === 'F') {
    throw usage(
      'the archive holds an array in Fortran order, in which rows cannot be appended; pack it in C order',
    )
  }
}

/** The metadata of an array with `added` more bytes in rows. */
function grownArray(archive: Described, array: NdarrayLayout, source: PlainSource, added: number): Members {
  const metadata = JSON.parse(archive.metadata ?? '{}') as Members
  if (added === 0) return metadata
  const extra = arrayOf(source.metadata)
  checkGrowable(array)
  if (extra !== undefined && source.metadata !== undefined && archive.metadata !== undefined) {
    checkSameRows(array, extra, archive.metadata, source.metadata)
  }
  const rowBytes = rowItems(array.shape) * array.itemsize
  if (rowBytes === 0) throw usage('the rows of the array are empty; there is nothing to append')
  if (added % rowBytes !== 0) throw usage(`${added} bytes are no whole number of rows of ${rowBytes} bytes`)
  const [rows = 0, ...rest] = array.shape
  const length = rows + added / rowBytes
  if (!Number.isSafeInteger(length)) throw new BlpkError('UNSUPPORTED', 'the array would get too long')
  // A single row is the same in both orders; two are not.
  return { ...metadata, shape: [length, ...rest], order: 'C' }
}

/** As much of an archive as is looked at here. */
type Described = Pick<Archive, 'metadata'>

type Members = Record<string, unknown>

const ARRAY_KEYS = ['dtype', 'shape', 'order', 'container']

/** New metadata beside what describes the array, which they must not contradict. */
function besideArray(array: Members, json: string): string {
  const given: unknown = JSON.parse(json)
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw usage('the archive holds a NumPy array: its metadata can only be replaced by a JSON object')
  }
  const clash = ARRAY_KEYS.find(
    (key) => key in given && toJson((given as Members)[key]) !== toJson(array[key]),
  )
  if (clash !== undefined) throw usage(`the metadata contradict the array in the archive in '${clash}'`)
  const kept = Object.fromEntries(ARRAY_KEYS.map((key) => [key, array[key]]))
  return toJson({ ...kept, ...given })
}

/**
 * The metadata of an archive after an append: the shape of a NumPy array grows along axis 0, and
 * `o.metadata` take the place of whatever does not describe the array.
 * @param added plain bytes appended
 * @returns JSON text, or undefined where nothing changes
 * @throws BlpkError USAGE where what is appended does not go with what is there
 */
export function metadataAfter(
  archive: Described,
  source: PlainSource,
  added: number,
  o: { raw?: boolean; metadata?: string },
): string | undefined {
  const array = arrayOf(archive.metadata)
  const isArray = arrayOf(source.metadata) !== undefined
  if (array === undefined) {
    if (isArray && o.raw !== true) {
      throw usage('the archive holds no NumPy array; use --raw to append the .npy file as plain bytes')
    }
    return o.metadata === undefined ? undefined : compactJson(o.metadata)
  }
  if (!isArray && o.raw !== true && added > 0) {
    throw usage(
      'the archive holds a NumPy array: append a .npy file, or plain bytes of whole rows with --raw',
    )
  }
  if (added === 0 && o.metadata === undefined) return undefined
  const grown = grownArray(archive, array, source, added)
  return o.metadata === undefined ? toJson(grown) : besideArray(grown, o.metadata)
}
