// The ids of appends in a frame, in a metalayer of blpk.

import { membersOf, objectOf } from '../../../core/json/edit.js'
import { appendIdsOf, OWN_KEY, withAppendId } from '../../append-ids.js'
import type { Layers } from '../../frame/layers.js'
import { packJson } from '../../frame/msgpack/from-json.js'
import { jsonOfMsgpack } from '../../frame/msgpack/to-json.js'

/** The variable-length metalayer of blpk: a msgpack map. */
export const OWN_LAYER = 'blpk'

/** The ids in the form of a Bloscpack archive's metadata; undefined if the layer is not from blpk. */
function ownJson(vlmeta: Layers): string | undefined {
  const layer = vlmeta.get(OWN_LAYER)
  if (layer === undefined) return undefined
  try {
    return `{"${OWN_LAYER}":${jsonOfMsgpack(layer)}}`
  } catch {
    return undefined
  }
}

/** The reverse. @returns the metadata without blpk's own member, and that as a layer of a frame */
export function takeOwn(json: string): { json: string | undefined; layers: Layers } {
  const own = membersOf(json, [OWN_KEY])?.at(-1)
  // A member of that name from elsewhere, with content that msgpack cannot hold, is kept.
  if (own === undefined || appendIdsOf(objectOf([own])).length === 0) return { json, layers: new Map() }
  const others = (membersOf(json) ?? []).filter(({ key }) => key !== OWN_KEY)
  const layers = new Map([[OWN_LAYER, packJson(own.value)]])
  return { json: others.length === 0 ? undefined : objectOf(others), layers }
}

/** Ids of appends that a frame remembers. */
export function frameIdsOf(vlmeta: Layers): string[] {
  return appendIdsOf(ownJson(vlmeta))
}

/** Adds the id of an append. The last 1000 are kept. */
export function addFrameId(vlmeta: Layers, id: string): void {
  const json = withAppendId(ownJson(vlmeta), undefined, false, id) ?? '{}'
  const own = membersOf(json, [OWN_LAYER])?.at(-1)
  if (own !== undefined) vlmeta.set(OWN_LAYER, packJson(own.value))
}
