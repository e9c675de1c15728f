// The metalayers of a frame that carry JSON metadata and describe an array.

import { product } from '../../../array/geometry.js'
import {
  dtypeRepr,
  type NdarrayLayout,
  ndarrayIn,
  ndarrayMetadata,
  numpyOrder,
  parseMetadataDtype,
} from '../../../array/npy/index.js'
import { damaged, unsupported } from '../../../core/errors.js'
import { decodeUtf8 } from '../../../core/json/decode.js'
import { escapeLoneSurrogates, scanJson, toJson } from '../../../core/json/json.js'
import { JsonFault } from '../../../core/json/scan.js'
import type { Layers } from '../../frame/layers.js'
import { MsgpackReader } from '../../frame/msgpack/reader.js'
import { MsgpackWriter } from '../../frame/msgpack/writer.js'
import { formatTensor, parseTensor, TENSOR_LAYER } from '../../frame/tensor.js'
import { takeOwn } from './frame-ids.js'

/**
 * The variable-length metalayer for the metadata of a Bloscpack archive: JSON text as a msgpack string, so
 * that python-blosc2 reads it as a string.
 */
export const JSON_LAYER = 'bloscpack'

/** The metalayers for JSON metadata. An array in C order is also described in python-blosc2's own way. */
export function layersOf(metadata: string | undefined): Layers {
  if (metadata === undefined) return new Map()
  const { json, layers } = takeOwn(metadata)
  if (json === undefined) return layers
  const array = ndarrayIn(json)
  if (array !== undefined && numpyOrder(array) === 'C')
    layers.set(TENSOR_LAYER, formatTensor({ shape: array.shape, dtype: dtypeRepr(array.descr) }))
  layers.set(JSON_LAYER, new MsgpackWriter().string32(new TextEncoder().encode(json)).finish())
  return layers
}

/** The JSON metadata of a frame; undefined if there are none. @throws BlpkError DAMAGED */
export function jsonOf(vlmeta: Layers): string | undefined {
  const layer = vlmeta.get(JSON_LAYER)
  if (layer === undefined) return undefined
  const what = `the metalayer '${JSON_LAYER}'`
  const bytes = new MsgpackReader(layer, what).string()
  try {
    const json = escapeLoneSurrogates(decodeUtf8(bytes))
    scanJson(json)
    return json
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw error.isTooDeep
      ? unsupported(`${what}: ${error.message}`)
      : damaged(`${what} is not JSON: ${error.message}`)
  }
}

function tensorOf(vlmeta: Layers): NdarrayLayout | undefined {
  const layer = vlmeta.get(TENSOR_LAYER)
  if (layer === undefined) return undefined
  const { shape, dtype } = parseTensor(layer)
  const { descr, itemsize } = parseMetadataDtype(dtype)
  return { descr, itemsize, shape, order: 'C', nbytes: product(shape) * itemsize }
}

/**
 * The array that metalayers describe, whatever the frame holds: as a python-blosc2 tensor, or as in
 * Bloscpack.
 */
export function arrayOfLayers(vlmeta: Layers): NdarrayLayout | undefined {
  const json = jsonOf(vlmeta)
  return tensorOf(vlmeta) ?? ndarrayIn(json)
}

/** The same layers with other JSON metadata. An array that only python-blosc2's layer describes is kept. */
export function layersInstead(vlmeta: Layers, metadata: string | undefined): Layers {
  const layers = layersOf(metadata)
  const changed: Layers = new Map(vlmeta)
  for (const name of [TENSOR_LAYER, JSON_LAYER]) {
    const content = name === JSON_LAYER && !vlmeta.has(name) ? undefined : layers.get(name)
    if (content === undefined) changed.delete(name)
    else changed.set(name, content)
  }
  return changed
}

/** The metadata that a Bloscpack archive would have. @param array that the layers describe */
export function metadataOfLayers(vlmeta: Layers, array: NdarrayLayout): string {
  return jsonOf(vlmeta) ?? toJson(ndarrayMetadata({ ...array, dtype: dtypeRepr(array.descr) }))
}

/**
 * The array that the metalayers of a frame describe.
 * @returns undefined if they describe none
 * @throws BlpkError DAMAGED if its size is not that of the frame; UNSUPPORTED
 */
export function arrayOfFrame({
  vlmeta,
  nbytes,
}: {
  vlmeta: Layers
  nbytes: number
}): NdarrayLayout | undefined {
  const array = arrayOfLayers(vlmeta)
  if (array === undefined || array.nbytes === nbytes) return array
  throw damaged(
    `the metalayers describe an array of ${array.nbytes} bytes, but the frame holds ${nbytes}`,
    {},
    { option: 'raw', to: 'get them as they are' },
  )
}
