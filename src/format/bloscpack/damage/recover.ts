// Decides what of a damaged archive is kept.

import type { ByteSource } from '../../../bytes/byte-source.js'
import type { SizedSource } from '../../../sources/sized.js'
import { type Finding, note, type Span } from '../../damage/finding.js'
import { type KeptMetadata, metadataFor } from '../../damage/keep.js'
import { lostChunks } from '../../damage/lost.js'
import type { RecoverOptions, RecoveryReport } from '../../recovery.js'
import { unreadChunks } from './findings.js'
import type { NumberedChunk } from './number.js'
import { surveyArchive } from './survey.js'
import type { Survey } from './survey-facts.js'
import { zeroChunkBytes } from './zeros.js'

/** A chunk that is there, or so many chunks of zeros. */
type RecoveredChunks =
  | { chunk: NumberedChunk; zeros?: undefined }
  | { zeros: { nbytes: number; count: number }; chunk?: undefined }

/** What was recovered of an archive, ready to be written. */
export interface ArchiveRecovery {
  source: SizedSource
  survey: Survey
  recovered: RecoveredChunks[]
  metadata: KeptMetadata
  report: RecoveryReport
}

/** Zeros for chunks that a small archive only claims must not fill a disk: no more than it could hold, and this. */
const FILL_SLACK = 2 ** 20

interface Filling {
  recovered: RecoveredChunks[]
  leftOut: Span[]
  filled: number
  /** A lost chunk whose place and size could not be filled. */
  isShort: boolean
}

function fillLost(survey: Survey, archiveBytes: number, fill: boolean): Filling {
  const { chunkSize, lastChunk, nchunks } = survey.header
  const result: Filling = { recovered: [], leftOut: [], filled: 0, isShort: false }
  const queue = [...survey.chunks]
  let budget = archiveBytes + FILL_SLACK
  const put = (nbytes: number | undefined, count: number, first: number): void => {
    const most =
      nbytes === undefined || !fill ? 0 : Math.min(count, Math.floor(budget / zeroChunkBytes(nbytes)))
    if (most > 0 && nbytes !== undefined) result.recovered.push({ zeros: { nbytes, count: most } })
    budget -= most * zeroChunkBytes(nbytes ?? 0)
    result.filled += most
    if (most < count) result.leftOut.push(lostChunks(survey.layout, first + most, count - most))
    if (most < count && fill) result.isShort = true
  }
  for (const { first, count } of survey.lost) {
    while (queue[0] !== undefined && queue[0].index < first)
      result.recovered.push({ chunk: queue.shift() as NumberedChunk })
    const last = first + count === nchunks && count > 0 ? 1 : 0
    if (count > last) put(chunkSize, count - last, first)
    if (last === 1) put(lastChunk, 1, nchunks - 1)
  }
  for (const chunk of queue) result.recovered.push({ chunk })
  return result
}

function sizeOf(one: RecoveredChunks): number {
  return one.chunk === undefined ? one.zeros.nbytes * one.zeros.count : one.chunk.header.nbytes
}

function notesOf(survey: Survey, metadata: KeptMetadata, filling: Filling): Finding[] {
  const notes: Finding[] = []
  if (metadata.note !== undefined) notes.push(note(metadata.note))
  if (survey.metadata?.problem !== undefined) {
    const fate = metadata.json === undefined ? 'was left out' : 'was kept: its content is valid'
    notes.push(note(`the damaged metadata ${fate}`))
  }
  if (filling.isShort)
    notes.push(note('lost chunks at the end were left out: the archive does not say how large they were'))
  if (!survey.exact)
    notes.push(note('some positions are guesses: the number of chunks in a damaged part is unknown'))
  return notes
}

/**
 * Finds everything that can be recovered of an archive and decides what is to be written.
 * @throws BlpkError DAMAGED if no chunk can be recovered, UNSUPPORTED if a sound one cannot be read here, USAGE for a pipe, IO, INTERRUPTED
 */
export async function planRecovery(source: ByteSource, o: RecoverOptions = {}): Promise<ArchiveRecovery> {
  const survey = await surveyArchive(source, { ...o, deep: true })
  const unread = unreadChunks(survey)[0]
  if (unread !== undefined) throw unread
  const filling = fillLost(survey, source.size ?? 0, o.fill === 'zeros')
  const nbytes = filling.recovered.reduce((sum, one) => sum + sizeOf(one), 0)
  const { array, total } = survey.layout
  const described = { json: survey.metadata?.json, array, total, exact: survey.exact }
  const metadata = metadataFor(described, filling.leftOut, nbytes)
  const lost = survey.lost.reduce((sum, { count }) => sum + count, 0)
  const metadataLost = survey.metadata !== undefined && survey.metadata.json === undefined
  const report: RecoveryReport = {
    ok: lost === 0 && !metadataLost && metadata.note === undefined,
    findings: [...survey.findings, ...notesOf(survey, metadata, filling)],
    kept: survey.chunks.length,
    lost,
    filled: filling.filled,
    nbytes,
  }
  const sized = source as SizedSource
  return {
    source: sized,
    survey,
    recovered: filling.recovered,
    metadata,
    report,
  }
}
