// The array that a damaged frame claims to hold, by its metalayers.

import { chunkCount, type Partition, partition } from '../../../array/geometry.js'
import type { Dtype } from '../../../array/npy/dtype.js'
import { parseMetadataDtype } from '../../../array/npy/index.js'
import { asDamage, BlpkError, damaged } from '../../../core/errors.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, parseB2nd } from '../../frame/array-layer.js'
import type { Layers } from '../../frame/layers.js'

/** The array that a frame holds. */
export interface SurveyedArray {
  meta: B2ndMeta
  cut: Partition
  /** Chunks that it needs. */
  count: number
}

/**
 * The array that metalayers describe; undefined if they describe none, an error if they contradict
 * themselves.
 */
export function arrayOf(meta: Layers): SurveyedArray | BlpkError | undefined {
  const own = meta.get(B2ND_LAYER)
  const layer = own ?? meta.get(CATERVA_LAYER)
  if (layer === undefined) return undefined
  try {
    const parsed = parseB2nd(layer, own === undefined)
    const cut = partition(parsed)
    const count = chunkCount(cut)
    if (!Number.isSafeInteger(count * Math.max(cut.chunkItems, 1)))
      throw damaged(`the array claims a shape of ${parsed.shape.join(' × ')}`)
    return { meta: parsed, cut, count }
  } catch (error) {
    return asDamage(error)
  }
}

/** The dtype, if NumPy has it. */
export function numpyDtype(dtype: string): Dtype | undefined {
  try {
    return parseMetadataDtype(dtype)
  } catch (error) {
    asDamage(error)
    return undefined
  }
}

export function isError<T>(value: T | BlpkError): value is BlpkError {
  return value instanceof BlpkError
}
