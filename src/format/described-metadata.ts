// Metadata in JSON of which some members describe an array: put together and taken apart.

import { ARRAY_KEYS, dtypeRepr, type NdarrayLayout, ndarrayIn, ndarrayMetadata } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import { membersOf, objectOf } from '../core/json/edit.js'
import { toJson } from '../core/json/json.js'

/** What describes an array in metadata. */
export function arrayJson(layout: NdarrayLayout): string {
  return toJson(ndarrayMetadata({ ...layout, dtype: dtypeRepr(layout.descr) }))
}

/**
 * Metadata of one's own beside those that say what array it is, so that the array still comes back.
 * @throws BlpkError USAGE for metadata that are no object, or describe the array themselves
 */
export function withArray(own: string | undefined, array: string | undefined): string | undefined {
  if (own === undefined || array === undefined) return own
  if (!own.startsWith('{')) throw usage('metadata for a .npy file must be a JSON object', { option: 'raw' })
  const [mine, described] = [membersOf(own) ?? [], membersOf(array) ?? []]
  const clash = mine.find(({ key }) => described.some((member) => member.key === key))
  if (clash !== undefined) {
    throw usage(`the metadata has a key '${clash.key}', which describes the array of a .npy file`, {
      option: 'raw',
    })
  }
  return objectOf([...mine, ...described])
}

/** Metadata without what describes an array; undefined if nothing is left. */
export function withoutArray(json: string | undefined): string | undefined {
  if (json === undefined || ndarrayIn(json) === undefined) return json
  const own = membersOf(json)?.filter(({ key }) => !ARRAY_KEYS.includes(key)) ?? []
  return own.length === 0 ? undefined : objectOf(own)
}

/** What describes an array in metadata, and nothing else; undefined if they describe none. */
export function arrayPartOf(json: string | undefined): string | undefined {
  if (json === undefined || ndarrayIn(json) === undefined) return undefined
  return objectOf((membersOf(json) ?? []).filter(({ key }) => ARRAY_KEYS.includes(key)))
}
