// The ids of appends that a frame remembers, in a metalayer of our own.

import { membersOf, objectOf } from '../../../core/json/edit.js'
import { appendIdsOf, OWN_KEY, withAppendId } from '../../append-ids.js'
import type { Layers } from '../frame/layers.js'
import { packJson } from '../msgpack/from-json.js'
import { jsonOfMsgpack } from '../msgpack/to-json.js'

/** The variable-length metalayer that is blpk's own: a map in msgpack. */
export const OWN_LAYER = 'blpk'

/** As it would stand in the metadata of a Bloscpack archive; undefined where the layer is none of ours. */
function ownJson(vlmeta: Layers): string | undefined {
  const layer = vlmeta.get(OWN_LAYER)
  if (layer === undefined) return undefined
  try {
    return `{"${OWN_LAYER}":${jsonOfMsgpack(layer)}}`
  } catch {
    return undefined
  }
}

/** The same the other way round. @returns the metadata without blpk's own, and those as layers of a frame */
export function takeOwn(json: string): { json: string | undefined; layers: Layers } {
  const own = membersOf(json, [OWN_KEY])?.at(-1)
  // Somebody else's member of that name, with what msgpack cannot hold, stays where it is.
  if (own === undefined || appendIdsOf(objectOf([own])).length === 0) return { json, layers: new Map() }
  const others = (membersOf(json) ?? []).filter(({ key }) => key !== OWN_KEY)
  const layers = new Map([[OWN_LAYER, packJson(own.value)]])
  return { json: others.length === 0 ? undefined : objectOf(others), layers }
}

/** Ids of appends that are in a frame, as far as it remembers them. */
export function frameIdsOf(vlmeta: Layers): string[] {
  return appendIdsOf(ownJson(vlmeta))
}

/** Adds the id of an append; the last 1000 are kept. */
export function addFrameId(vlmeta: Layers, id: string): void {
  const json = withAppendId(ownJson(vlmeta), undefined, false, id) ?? '{}'
  const own = membersOf(json, [OWN_LAYER])?.at(-1)
  if (own !== undefined) vlmeta.set(OWN_LAYER, packJson(own.value))
}
