// Adjusts metadata to the data that are left after a repair, such as the rows of an array.

import { ARRAY_KEYS, type NdarrayLayout, ndarrayIn } from '../../array/npy/index.js'
import { membersOf, objectOf, withMember } from '../../core/json/edit.js'
import { toJson } from '../../core/json/json.js'
import type { Span } from './finding.js'
import { rowBytes } from './lost.js'

/** The metadata that fit what is left of an archive. */
export interface KeptMetadata {
  /** JSON text; undefined if there are none. */
  json: string | undefined
  /** The array that they describe. */
  array: NdarrayLayout | undefined
  /** What was changed, in plain words. */
  note?: string
}

function withoutArray(json: string, reason: string): KeptMetadata {
  const own = membersOf(json)?.filter(({ key }) => !ARRAY_KEYS.includes(key)) ?? []
  const kept = own.length === 0 ? undefined : objectOf(own)
  return { json: kept, array: undefined, note: `the array became plain bytes: ${reason}` }
}

function withRows(json: string, array: NdarrayLayout, rows: number): KeptMetadata {
  const shape = [rows, ...array.shape.slice(1)]
  const changed = objectOf(withMember(membersOf(json) ?? [], 'shape', toJson(shape)))
  const note = `the array has ${rows} of its ${array.shape[0]} rows left`
  return { json: changed, array: ndarrayIn(changed), note }
}

/** What described the data before the damage. */
export interface Described {
  /** JSON text; undefined if there is none. */
  json: string | undefined
  /** The array that it describes. */
  array: NdarrayLayout | undefined
  /** Plain bytes in all, if that is known. */
  total: number | undefined
  /** Is it certain which chunk is which? */
  exact: boolean
}

/**
 * Fits metadata to the data that are left.
 * @param leftOut plain bytes that are missing in the output
 * @param nbytes plain bytes of the output
 */
export function metadataFor(before: Described, leftOut: readonly Span[], nbytes: number): KeptMetadata {
  const { json, array } = before
  if (json === undefined || array === undefined || array.nbytes === nbytes) return { json, array }
  if (leftOut.length === 0) return withoutArray(json, 'its shape does not fit the data')
  const row = rowBytes(array)
  if (row === 0 || !before.exact) return withoutArray(json, 'whole rows cannot be told apart')
  const ends = leftOut.map(({ stop }) => stop ?? before.total ?? array.nbytes)
  const aligned = leftOut.every(({ start }, i) => start % row === 0 && (ends[i] ?? 0) % row === 0)
  if (aligned && nbytes % row === 0) return withRows(json, array, nbytes / row)
  return withoutArray(json, 'parts of rows are lost (filled with zeros it would keep its shape)')
}
