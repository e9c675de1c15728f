import type { Layers } from '../../format/frame/layers.js'
import { packJson } from '../../format/msgpack/from-json.js'
import { jsonOfMsgpack } from '../../format/msgpack/to-json.js'
import { appendIdsOf, withAppendId } from '../append/ids.js'

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

/** Ids of appends that are in a frame, as far as it remembers them. */
export function frameIdsOf(vlmeta: Layers): string[] {
  return appendIdsOf(ownJson(vlmeta))
}

/** Adds the id of an append; the last 1000 are kept. */
export function addFrameId(vlmeta: Layers, id: string): void {
  const json = withAppendId(ownJson(vlmeta), undefined, false, id) ?? '{}'
  const own = JSON.parse(json) as Record<string, unknown>
  vlmeta.set(OWN_LAYER, packJson(JSON.stringify(own[OWN_LAYER])))
}
