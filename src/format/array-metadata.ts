// The metadata after an append: the larger shape of the array, and the user's changes.

import { ARRAY_KEYS, type NdarrayLayout, ndarrayIn, numpyOrder } from '../array/npy/index.js'
import { BlpkError, usage } from '../core/errors.js'
import { type Member, membersOf, objectOf, withMember } from '../core/json/edit.js'
import { compactJson, toJson } from '../core/json/json.js'
import { jsonTextOf } from '../core/json/print.js'
import { parseJson } from '../core/json/value.js'
import { shapeText } from '../core/shape-text.js'
import type { PlainSource } from '../sources/plain.js'
import { withAppendId } from './append-ids.js'

function rowItems(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, n) => product * n, 1)
}

function dtypeOf(metadata: string): unknown {
  const dtype = membersOf(metadata, ['dtype'])?.at(-1)
  return dtype === undefined ? undefined : parseJson(dtype.value)
}

/**
 * @param names of the added array and the existing one, in messages
 * @throws BlpkError USAGE if the arrays cannot be joined along axis 0
 */
export function checkSameRows(
  archive: NdarrayLayout,
  added: NdarrayLayout,
  a: string,
  b: string,
  names: [added: string, there: string] = ['the array', 'the archive'],
): void {
  const [what, where] = names
  if (toJson(dtypeOf(a)) !== toJson(dtypeOf(b))) {
    throw usage(`${what} has dtype ${dtypeOf(b)}, but ${where} has ${dtypeOf(a)}`)
  }
  const rows = (m: NdarrayLayout): string => `(n, ${m.shape.slice(1).join(', ')})`
  if (archive.shape.length !== added.shape.length || rows(archive) !== rows(added)) {
    throw usage(`${what} has shape ${shapeText(added.shape)}, but ${where} has ${shapeText(archive.shape)}`)
  }
  if (numpyOrder(archive) !== numpyOrder(added)) {
    throw usage(`${what} is in ${added.order} order, but ${where} is in ${archive.order} order`)
  }
}

function checkGrowable(array: NdarrayLayout): void {
  if (array.shape.length === 0)
    throw usage('the archive holds a 0-d array, which has no axis to append along')
  if (numpyOrder(array) === 'F') {
    throw usage(
      'the archive holds an array in Fortran order, to which rows cannot be appended; pack it in C order',
    )
  }
}

/** The metadata of an array that grows by rows of `added` bytes. Everything else is kept as written. */
function grownArray(archive: Described, array: NdarrayLayout, source: PlainSource, added: number): Member[] {
  const metadata = membersOf(archive.metadata ?? '{}') ?? []
  if (added === 0) return metadata
  const extra = ndarrayIn(source.metadata)
  checkGrowable(array)
  if (extra !== undefined && source.metadata !== undefined && archive.metadata !== undefined) {
    checkSameRows(array, extra, archive.metadata, source.metadata)
  }
  const rowBytes = rowItems(array.shape) * array.itemsize
  if (rowBytes === 0) throw usage('the rows of the array are empty; there is nothing to append')
  if (added % rowBytes !== 0)
    throw usage(`${added} bytes are not a whole number of rows of ${rowBytes} bytes`)
  const [rows = 0, ...rest] = array.shape
  const length = rows + added / rowBytes
  if (!Number.isSafeInteger(length)) throw new BlpkError('UNSUPPORTED', 'the array would become too long')
  // A single row is the same in both orders; two rows are not.
  const grown = withMember(metadata, 'shape', toJson([length, ...rest]))
  return withMember(grown, 'order', toJson('C'))
}

/** Metadata as JSON text, or a function of the existing ones, called while no one else can change them. */
export type MetadataChange = string | ((before: string | undefined) => string)

/** The part of an archive that is used here. */
interface Described {
  /** JSON text. */
  readonly metadata: string | undefined
}

function sameValue(a: Member | undefined, b: Member): boolean {
  return a !== undefined && jsonTextOf(parseJson(a.value)) === jsonTextOf(parseJson(b.value))
}

/** New metadata, in addition to the description of the array, which they must not contradict. */
function besideArray(array: readonly Member[], json: string): string {
  const given = membersOf(json)
  if (given === undefined) {
    throw usage('the archive holds a NumPy array: its metadata can only be replaced by a JSON object')
  }
  const kept = array.filter(({ key }) => ARRAY_KEYS.includes(key))
  const added = given.filter(({ key }) => !ARRAY_KEYS.includes(key))
  for (const member of given.filter(({ key }) => ARRAY_KEYS.includes(key))) {
    const same = kept.find(({ key }) => key === member.key)
    if (!sameValue(same, member)) {
      throw usage(`the key '${member.key}' of the metadata contradicts the array in the archive`)
    }
  }
  return objectOf([...kept, ...added])
}

/**
 * The metadata of an archive after an append. The shape of a NumPy array grows along axis 0; `o.metadata`
 * replaces everything that does not describe the array; ids of appends are kept, and `o.appendId` is added.
 * @param added plain bytes appended
 * @returns JSON text, or undefined if nothing changes
 * @throws BlpkError USAGE if the appended data do not fit the existing data
 */
export function metadataAfter(
  archive: Described,
  source: PlainSource,
  added: number,
  o: { raw?: boolean; metadata?: MetadataChange; appendId?: string },
): string | undefined {
  const metadata = typeof o.metadata === 'function' ? o.metadata(archive.metadata) : o.metadata
  const { raw = false } = o
  const given = { raw, ...(metadata !== undefined && { metadata }) }
  const next = changedMetadata(archive, source, added, given)
  return withAppendId(archive.metadata, next, metadata !== undefined, o.appendId)
}

function changedMetadata(
  archive: Described,
  source: PlainSource,
  added: number,
  o: { raw?: boolean; metadata?: string },
): string | undefined {
  const array = ndarrayIn(archive.metadata)
  const isArray = ndarrayIn(source.metadata) !== undefined
  if (array === undefined) {
    if (isArray && o.raw !== true) {
      throw usage('the archive holds no NumPy array', {
        option: 'raw',
        to: 'append the .npy file as plain bytes',
      })
    }
    return o.metadata === undefined ? undefined : compactJson(o.metadata)
  }
  if (!isArray && o.raw !== true && added > 0) {
    throw usage('the archive holds a NumPy array: append a .npy file', {
      option: 'raw',
      to: 'append plain bytes of whole rows',
    })
  }
  if (added === 0 && o.metadata === undefined) return undefined
  const grown = grownArray(archive, array, source, added)
  return o.metadata === undefined ? objectOf(grown) : besideArray(grown, o.metadata)
}
