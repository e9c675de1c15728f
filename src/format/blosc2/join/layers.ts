// Metalayers of a joined frame: those of the first part, with the array that they describe extended.

import { arrayPartOf, withArray } from '../../described-metadata.js'
import type { Layers } from '../../frame/layers.js'
import { TENSOR_LAYER } from '../../frame/tensor.js'
import { joinedMetadata } from '../../joined-metadata.js'
import { arrayOfFrame, jsonOf, layersInstead, layersOf, metadataOfLayers } from '../chunks/described.js'
import { addFrameId, frameIdsOf, OWN_LAYER } from '../chunks/frame-ids.js'
import { JSON_LAYERS, plainLayers, without } from '../layers-kept.js'
import type { OpenedFrame } from '../opened.js'

/** The metadata that a Bloscpack archive would have. */
function metadataOf({ schunk }: OpenedFrame): string | undefined {
  const array = arrayOfFrame(schunk)
  return array === undefined ? jsonOf(schunk.vlmeta) : metadataOfLayers(schunk.vlmeta, array)
}

/** The layers of all parts that describe an array or hold other JSON. */
function describing(parts: readonly OpenedFrame[], kept: Layers, asked: string | undefined): Layers {
  const joined = joinedMetadata(
    parts.map((part) => ({ name: part.name, nbytes: part.nbytes, metadata: metadataOf(part) })),
  )
  if (asked === undefined) return layersInstead(kept, joined)
  const json = withArray(asked, arrayPartOf(joined)) ?? asked
  return new Map([...without(kept, JSON_LAYERS), ...layersOf(json)])
}

/** A `.b2nd` describes its array itself. */
function besideArray(kept: Layers, asked: string | undefined): Layers {
  if (asked === undefined) return kept
  return new Map([...without(kept, JSON_LAYERS), ...without(layersOf(asked), [TENSOR_LAYER])])
}

/**
 * Variable-length metalayers of the joined frame, uncompressed. Ids of appends of all parts are kept, so that
 * none is repeated.
 * @param asked JSON metadata that replace the existing ones
 * @throws BlpkError USAGE if described arrays or metadata do not fit together
 */
export function joinedLayers(
  parts: readonly OpenedFrame[],
  isArray: boolean,
  asked: string | undefined,
): Layers {
  const [first, ...others] = parts
  const kept = plainLayers(first?.schunk.vlmeta ?? new Map())
  const layers = isArray ? besideArray(kept, asked) : describing(parts, kept, asked)
  const known = frameIdsOf(layers)
  for (const { schunk } of others)
    for (const id of frameIdsOf(schunk.vlmeta)) if (!known.includes(id)) addFrameId(layers, id)
  return layers
}

/** Names of layers that only other parts have, and that are left out. */
export function droppedLayers(parts: readonly OpenedFrame[]): string[] {
  const [first, ...others] = parts
  const dropped = new Set<string>()
  for (const { schunk } of others)
    for (const [name, content] of plainLayers(schunk.vlmeta)) {
      const kept = first?.schunk.vlmeta.get(name)
      const isSame = kept !== undefined && Buffer.compare(kept, content) === 0
      if (!isSame && name !== OWN_LAYER && !JSON_LAYERS.includes(name)) dropped.add(name)
    }
  return [...dropped]
}
