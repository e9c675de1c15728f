// The results of a survey of a frame, from which findings are made.

import type { BlpkError } from '../../../core/errors.js'
import type { FrameHeader } from '../../frame/header.js'
import type { FrameObject } from '../../frame/objects.js'
import type { SurveyedArray } from './array.js'
import type { SurveyedChunks } from './chunks.js'
import type { Ends } from './ends.js'
import type { TrueSizes } from './sizes.js'

/** The input of the findings. */
export interface FrameFacts {
  ends: Ends
  chunks: SurveyedChunks
  sizes: TrueSizes
  array: SurveyedArray | BlpkError | undefined
  /** The correct header for all chunks, including lost ones. */
  trueHeader: FrameHeader
  /** Variable-length metalayers that cannot be read. */
  layerProblems: Map<string, BlpkError>
  /** The kind of object besides plain numbers. */
  object: FrameObject | undefined
  /** Whether any of its values are stored elsewhere. */
  isStandIn: boolean
  /** Whether damage was already reported. */
  others: boolean
  /** Of the source, in bytes. */
  size: number
}
