// Adjusts the metalayers of a frame to the remaining chunks.

import type { NdarrayLayout } from '../../../array/npy/index.js'
import { asDamage } from '../../../core/errors.js'
import type { Span } from '../../damage/finding.js'
import { metadataFor } from '../../damage/keep.js'
import type { Layers } from '../../frame/layers.js'
import { arrayOfLayers, layersInstead, metadataOfLayers } from '../chunks/described.js'
import type { FrameSurvey } from './survey.js'

/** The variable-length metalayers that fit the remaining frame. */
export interface KeptLayers {
  vlmeta: Layers
  /** The array that they describe, for a frame without shape. */
  tensor: NdarrayLayout | undefined
  /** What was changed, in plain words. */
  note?: string
}

function describedIn(vlmeta: Layers): NdarrayLayout | undefined {
  try {
    return arrayOfLayers(vlmeta)
  } catch (error) {
    asDamage(error)
    return undefined
  }
}

/** The plain bytes of omitted chunks, by the size of all chunks but the last. */
function spansWithout({ sizes, chunks }: FrameSurvey, kept: readonly number[], total: number): Span[] {
  const { chunksize } = sizes
  const spans: Span[] = []
  let next = 0
  for (const index of [...kept, chunks.chunks.length]) {
    if (index > next) spans.push({ start: next * chunksize, stop: Math.min(index * chunksize, total) })
    next = index + 1
  }
  return spans
}

/**
 * Fits the description of an array in a frame without shape to the remaining chunks, as for archives.
 * @param kept indices of the chunks in the output, including zeros, in order
 * @param nbytes plain bytes of the output
 */
export function layersFor(survey: FrameSurvey, kept: readonly number[], nbytes: number): KeptLayers {
  const { vlmeta, sizes } = survey
  const array = survey.array === undefined ? describedIn(vlmeta) : undefined
  if (array === undefined) return { vlmeta, tensor: undefined }
  const total = sizes.nbytes ?? survey.trueHeader.nbytes
  const exact = survey.chunks.exact && sizes.sizes === undefined
  const described = { json: metadataOfLayers(vlmeta, array), array, total, exact }
  const after = metadataFor(described, spansWithout(survey, kept, total), nbytes)
  if (after.note === undefined) return { vlmeta, tensor: after.array }
  return { vlmeta: layersInstead(vlmeta, after.json), tensor: after.array, note: after.note }
}
