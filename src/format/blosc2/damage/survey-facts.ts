// What a survey of a frame found, from which the findings are made.

import type { BlpkError } from '../../../core/errors.js'
import type { FrameHeader } from '../frame/header.js'
import type { FrameObject } from '../frame/objects.js'
import type { SurveyedArray } from './array.js'
import type { SurveyedChunks } from './chunks.js'
import type { Ends } from './ends.js'
import type { TrueSizes } from './sizes.js'

/** What the findings are made from. */
export interface FrameFacts {
  ends: Ends
  chunks: SurveyedChunks
  sizes: TrueSizes
  array: SurveyedArray | BlpkError | undefined
  /** The header as it should be for all chunks, lost ones included. */
  trueHeader: FrameHeader
  /** Metalayers of variable length that cannot be read. */
  layerProblems: Map<string, BlpkError>
  /** What it is besides a list of numbers. */
  object: FrameObject | undefined
  /** Are values of it elsewhere, all or some of them? */
  isStandIn: boolean
  /** Is there damage that has been named already? */
  others: boolean
  /** Of the source, in bytes. */
  size: number
}
