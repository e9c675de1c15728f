// Which metalayers are kept when a frame is copied, changed or converted.

import { B2ND_LAYER, CATERVA_LAYER } from '../frame/array-layer.js'
import type { Layers } from '../frame/layers.js'
import { isObjectLayer } from '../frame/objects.js'
import { TENSOR_LAYER } from '../frame/tensor.js'
import type { Opened } from '../opened.js'
import { JSON_LAYER } from './chunks/described.js'
import type { SChunk } from './objects/schunk.js'
import { OpenedFrame } from './opened.js'

/** Metalayers of an array with multidimensional chunks. */
export const ARRAY_LAYERS: readonly string[] = [B2ND_LAYER, CATERVA_LAYER]
/** Metalayers for JSON metadata, and for the array that they describe. */
export const JSON_LAYERS: readonly string[] = [JSON_LAYER, TENSOR_LAYER]

export function without(layers: Layers, names: readonly string[]): Layers {
  return new Map([...layers].filter(([name]) => !names.includes(name)))
}

/** Plain numbers must not have marks of their former object, and a copy of a proxy's cache is not a cache. */
export function plainLayers(layers: Layers): Layers {
  return new Map([...layers].filter(([name]) => !isObjectLayer(name)))
}

/** Lists, batches and objects remain what they are if their chunks are copied. */
export function markedLayers({ object }: SChunk): (layers: Layers) => Layers {
  return object?.holds === 'other' ? (layers) => layers : plainLayers
}

/** Metalayers of a container other than the description of an array. */
export function keptLayers(from: Opened | undefined): { meta: Layers; vlmeta: Layers } {
  if (!(from instanceof OpenedFrame)) return { meta: new Map(), vlmeta: new Map() }
  const { meta, vlmeta } = from.schunk
  return {
    meta: plainLayers(without(meta, ARRAY_LAYERS)),
    vlmeta: plainLayers(without(vlmeta, JSON_LAYERS)),
  }
}
