// Turns what a survey found out about an archive into findings.

import { BlpkError } from '../../../core/errors.js'
import { damage, damageFinding, type Finding, note } from '../../damage/finding.js'
import { type HeaderField, wrongFields } from '../../damage/header-fields.js'
import { lostChunks } from '../../damage/lost.js'
import type { BloscpackHeader } from '../header.js'
import type { LostChunks } from './number.js'
import type { SurveyFacts } from './survey-facts.js'

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function headerProblem({ front, survey }: SurveyFacts): Finding[] {
  if (front.headerProblem === undefined) return []
  const hint = `repair could recover ${survey.chunks.length} of ${plural(survey.count, 'chunk')}`
  return [
    damageFinding(front.headerProblem, { message: `${front.headerProblem.message} (${hint})`, offset: 0 }),
  ]
}

/** Name and position of each field of the header that says more than where its sections are. */
const FIELDS: readonly HeaderField<BloscpackHeader>[] = [
  ['metadata', 'whether there is metadata', 5],
  ['offsets', 'whether there are offsets', 5],
  ['checksum', 'the checksum', 6],
  ['chunkSize', 'the chunk size', 8],
  ['lastChunk', 'the size of the last chunk', 12],
  ['nchunks', 'the number of chunks', 16],
  ['maxAppChunks', 'the room for chunks', 24],
]

function ofHeader({ front, survey }: SurveyFacts): Finding[] {
  const { header } = front
  // An archive from a pipe does not record its size, and metadata that are broken were there anyway.
  const found = { ...survey.header, metadata: survey.metadata !== undefined }
  return header === undefined ? [] : wrongFields<BloscpackHeader>(FIELDS, header, found)
}

function metadataProblem({ survey }: SurveyFacts): Finding[] {
  const { problem, json } = survey.metadata ?? {}
  if (problem === undefined) return []
  const fate =
    json === undefined ? 'the metadata is lost, the chunks are not' : 'it still decompresses completely'
  return [damageFinding(problem, { message: `${problem.message}: ${fate}` })]
}

function wrongOffsets({ located, survey }: SurveyFacts): Finding[] {
  const { table } = located
  if (table === undefined) return []
  return survey.chunks.flatMap(({ index, position }): Finding[] => {
    const offset = table.table[index]
    if (offset === position || offset === undefined) return []
    const says = Number.isNaN(offset) ? 'out of range' : `${offset}`
    const message = `the offset of chunk ${index} is ${says}, but the chunk is at byte ${position}`
    return [damage(message, { chunk: index, offset: table.at + 8 * index })]
  })
}

function strayBytes({ from, to, problem }: LostChunks): Finding {
  const message = `${plural(to - from, 'byte')} at byte ${from} belong to no chunk (${problem.message})`
  return damage(message, { offset: from })
}

function lostOf(facts: SurveyFacts): Finding[] {
  const { lost, layout, exact } = facts.survey
  return lost.map((part): Finding => {
    const { first, count, from, problem } = part
    if (count === 0) return strayBytes(part)
    const name = count === 1 ? `chunk ${first}` : `chunks ${first} to ${first + count - 1}`
    const doubt = exact ? '' : ' (the number of chunks there is a guess)'
    const message = `${name} at byte ${from}: ${problem.message}${doubt}`
    const span = lostChunks(layout, first, count)
    // Whatever stands there, the archive around it is one that can be read.
    const code = problem.code === 'UNSUPPORTED' ? 'DAMAGED' : problem.code
    return { level: 'damage', code, message, chunk: first, offset: from, lost: span }
  })
}

/** Sound chunks that cannot be decompressed here, each as the error that says so. */
export function unreadChunks({ chunks }: Pick<SurveyFacts['survey'], 'chunks'>): BlpkError[] {
  return chunks.flatMap(({ index, position, unread }) => {
    if (unread === undefined) return []
    const message = `chunk ${index} at byte ${position}: ${unread.message}`
    return [new BlpkError(unread.code, message, { chunk: index, offset: position }, unread)]
  })
}

function trailing({ source, located, survey }: SurveyFacts): Finding[] {
  const last = located.parts.at(-1)
  const end = last?.chunk?.end ?? last?.gap?.to ?? source.size
  if (end >= source.size || survey.chunks.length === 0) return []
  const message = `${plural(source.size - end, 'byte')} after the last chunk are unused (left by an append)`
  return [note(message, { offset: end })]
}

/** Everything that a survey shows to be wrong, in the order of the archive. */
export function findingsOf(facts: SurveyFacts): Finding[] {
  return [
    ...headerProblem(facts),
    ...ofHeader(facts),
    ...metadataProblem(facts),
    ...wrongOffsets(facts),
    ...lostOf(facts),
    ...unreadChunks(facts.survey).map((error) => damageFinding(error)),
    ...trailing(facts),
  ]
}
