// What a survey of an archive found, from which the findings are made.

import type { SizedSource } from '../../../sources/sized.js'
import type { Finding } from '../../damage/finding.js'
import type { PlainLayout } from '../../damage/lost.js'
import type { BloscpackHeader } from '../header.js'
import type { SurveyedFront } from './front.js'
import type { Located } from './locate.js'
import type { SurveyedMetadata } from './metadata.js'
import type { Numbered } from './number.js'

/** What the findings are made from. */
export interface SurveyFacts {
  source: SizedSource
  front: SurveyedFront
  located: Located
  survey: Omit<Survey, 'findings'>
}

/** What there is in an archive, whatever its header says. */
export interface Survey extends Numbered {
  /** The header as it should be for all chunks, lost ones included. */
  header: BloscpackHeader & { chunkSize: number; nchunks: number }
  metadata: SurveyedMetadata | undefined
  layout: PlainLayout
  /** Are there to be offsets in the archive, as far as its header can tell? */
  wantsOffsets: boolean
  /** Everything that is wrong, in the order of the archive. */
  findings: Finding[]
}
