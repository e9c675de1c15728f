// Turns the results of a survey into findings.

import { chunkBox } from '../../../array/chunk-box.js'
import type { BlpkError } from '../../../core/errors.js'
import { damage, damageFinding, type Finding, isSound, type Lost, note } from '../../damage/finding.js'
import { type HeaderField, wrongFields } from '../../damage/header-fields.js'
import { describeSpan } from '../../damage/lost.js'
import { defaultDtypeText, isDefaultDtype } from '../../frame/dtype.js'
import type { FrameHeader } from '../../frame/header.js'
import { objectText, standInError } from '../../frame/objects.js'
import { isError } from './array.js'
import type { Ends } from './ends.js'
import { chunkBytes } from './sizes.js'
import type { FrameFacts } from './survey-facts.js'

/** Name and position of each header field that describes the layout of the frame. */
const FIELDS: readonly HeaderField<FrameHeader>[] = [
  ['headerBytes', 'its own size', 0x0b],
  ['frameBytes', 'the size of the frame', 0x10],
  ['variableChunks', 'whether chunks vary in size', 0x19],
  ['nbytes', 'the plain size', 0x1e],
  ['cbytes', 'the compressed size', 0x27],
  ['typesize', 'the item size', 0x30],
  ['chunksize', 'the chunk size', 0x3a],
]

function ofHeader({ ends, trueHeader }: FrameFacts): Finding[] {
  const { header, headerProblem, replaced, isRebuilt, metaLost, isTouched } = ends
  if (headerProblem !== undefined) {
    const how = isRebuilt ? 'it can be rebuilt from the chunks' : 'there is a copy in the trailer'
    const fate = metaLost ? `${how}, but its metalayers are lost` : how
    return [damageFinding(headerProblem, { message: `${headerProblem.message}: ${fate}`, offset: 0 })]
  }
  if (replaced !== undefined) {
    const wrong = wrongFields(FIELDS, replaced, header)
    return wrong.length > 0
      ? wrong
      : [damage('the header differs from what was written; its copy in the trailer does not', { offset: 0 })]
  }
  const touched =
    'metalayers or defaults in the header differ from what was written: another tool changed them'
  return [
    ...wrongFields(FIELDS, header, trueHeader),
    ...(isTouched ? [note(`${touched}, or they are damaged`, { offset: 0 })] : []),
  ]
}

function ofTrailer({ ends, size }: FrameFacts): Finding[] {
  const { trailer, header } = ends
  if (trailer === undefined) {
    const lost = header.hasVlmeta
      ? 'variable-length metalayers and checksums are lost'
      : 'nothing else is lost'
    const what =
      header.frameBytes > size
        ? `the frame ends at byte ${size} of ${header.frameBytes}, without its trailer`
        : 'the trailer of the frame cannot be read'
    return [damage(`${what}: ${lost}`, { offset: ends.chunksStop })]
  }
  if (trailer.problem === undefined) return []
  return [damageFinding(trailer.problem, { offset: trailer.at })]
}

function ofChecksums(facts: FrameFacts): Finding[] {
  const { ends, others } = facts
  const findings: Finding[] = []
  if (ends.checksProblem !== undefined) findings.push(damageFinding(ends.checksProblem))
  if (ends.isStale)
    findings.push(
      note('another tool changed the frame after its checksums were written, so they are ignored'),
    )
  if (ends.checks?.sealed !== false || ends.replaced !== undefined || ends.headerProblem !== undefined)
    return findings
  // A more specific finding is better.
  const message = 'the header, index or trailer of the frame does not match its checksum (xxh64)'
  if (!others) findings.push({ ...damage(message), code: 'CHECKSUM' })
  return findings
}

function ofArray({ chunks, array, ends, sizes }: FrameFacts): Finding[] {
  if (array === undefined) return []
  if (isError(array)) return [damageFinding(array)]
  const offset = ends.header.headerBytes
  const [count, wanted] = [chunks.chunks.length, chunkBytes(array, ends.header)]
  if (array.count !== count)
    return [damage(`the array should have ${array.count} chunks, but the frame has ${count}`, { offset })]
  const { typesize } = ends.header
  const notes = isDefaultDtype(array.meta.dtype, typesize) ? [note(defaultDtypeText(typesize))] : []
  if (count === 0 || wanted === sizes.chunksize) return notes
  return [
    damage(`the array should have chunks of ${wanted} bytes, but the frame has ${sizes.chunksize}`, {
      offset,
    }),
  ]
}

function ofIndex({ chunks, ends }: FrameFacts): Finding[] {
  const findings: Finding[] = []
  const known = ends.checks?.layer?.runs.reduce((sum, run) => sum + run.count, 0)
  const count = chunks.chunks.length
  if (known !== undefined && known !== count)
    findings.push(damage(`the checksums of the frame cover ${known} chunks, but it has ${count}`))
  if (chunks.indexProblem !== undefined) {
    const fate = chunks.exact
      ? 'it can be rebuilt'
      : 'it can be rebuilt, but the order of the chunks is a guess'
    findings.push(damageFinding(chunks.indexProblem, { message: `${chunks.indexProblem.message}: ${fate}` }))
  }
  for (const chunk of chunks.moved ?? [])
    findings.push(damage(`the index is wrong about chunk ${chunk}, which was found anyway`, { chunk }))
  for (const { chunk, offset } of chunks.doubtful)
    findings.push(
      damage(`chunk ${chunk} does not match its checksum, which may itself be wrong`, {
        chunk,
        ...(offset !== undefined && { offset }),
      }),
    )
  return findings
}

/** The plain bytes of chunks, with the box of one in an array; undefined if sizes before them are lost. */
function lostOf({ sizes, array, trueHeader }: FrameFacts, first: number, count: number): Lost | undefined {
  if (sizes.sizes !== undefined) {
    const before = sizes.sizes.slice(0, first)
    if (before.includes(undefined)) return undefined
    const start = before.reduce<number>((sum, size) => sum + (size ?? 0), 0)
    return describeSpan({ start }, { chunkSize: 0, total: undefined, itemsize: trueHeader.typesize })
  }
  const start = first * sizes.chunksize
  const stop = Math.min(start + count * sizes.chunksize, sizes.nbytes ?? Number.MAX_SAFE_INTEGER)
  if (array === undefined || isError(array))
    return describeSpan(
      { start, stop },
      { chunkSize: sizes.chunksize, total: stop, itemsize: trueHeader.typesize },
    )
  return count === 1 ? { start, stop, box: chunkBox(array.cut, first) } : { start, stop }
}

interface LostRun {
  first: number
  count: number
  problem: BlpkError
}

function lostRuns({ chunks, array }: FrameFacts): LostRun[] {
  // Each chunk of an array has its own box to name.
  const groups = array === undefined || isError(array)
  const runs: LostRun[] = []
  chunks.chunks.forEach((chunk, first) => {
    if (!('lost' in chunk)) return
    const last = runs.at(-1)
    const follows =
      last !== undefined && last.first + last.count === first && last.problem.message === chunk.lost.message
    if (follows && (groups || runs.length > 1000)) last.count++
    else runs.push({ first, count: 1, problem: chunk.lost })
  })
  return runs
}

/** Among readable chunks, or against its checksum, a chunk of unknown kind is a damaged one. */
function isOddOneOut({ chunks, ends }: FrameFacts): boolean {
  return ends.checks?.layer !== undefined || chunks.chunks.some((chunk) => !('lost' in chunk))
}

function ofChunks(facts: FrameFacts): Finding[] {
  const { exact } = facts.chunks
  const judged = isOddOneOut(facts) ? ({ level: 'damage', code: 'DAMAGED' } as const) : {}
  const lost = lostRuns(facts).map(({ first, count, problem }): Finding => {
    const { offset } = problem.place
    const name = count === 1 ? `chunk ${first}` : `chunks ${first} to ${first + count - 1}`
    const where = offset === undefined ? '' : ` at byte ${offset}`
    const span = lostOf(facts, first, count)
    return damageFinding(problem, {
      message: `${name}${where}: ${problem.message}${exact ? '' : ' (the position is a guess)'}`,
      chunk: first,
      ...(span !== undefined && { lost: span }),
      ...(problem.code === 'UNSUPPORTED' && judged),
    })
  })
  return [...lost, ...unread(facts)]
}

/** Chunks that need a missing codec or filter. */
function unread({ chunks, ends }: FrameFacts): Finding[] {
  const proved = ends.checks?.layer !== undefined
  const findings: Finding[] = []
  chunks.chunks.forEach((chunk, i) => {
    if (!('sound' in chunk) || chunk.sound.unread === undefined) return
    const { unread: problem } = chunk.sound
    const how = proved ? 'it matches its checksum, but was not decompressed' : 'it was not decompressed'
    const message = `chunk ${i}: ${how}: ${problem.message}`
    findings.push(damageFinding(problem, { message, chunk: i }))
  })
  return findings
}

function ofEnd({ ends, size }: FrameFacts): Finding[] {
  const { trailer } = ends
  const end = trailer === undefined ? size : trailer.at + trailer.bytes.length
  if (end >= size) return []
  return [note(`${size - end} bytes after the frame are unused`, { offset: end })]
}

function ofLayers({ layerProblems }: FrameFacts): Finding[] {
  return [...layerProblems].map(([name, problem]) =>
    damageFinding(problem, { message: `the metalayer '${name}' is lost: ${problem.message}` }),
  )
}

function ofObject({ object, isStandIn }: FrameFacts): Finding[] {
  if (object === undefined) return []
  return [isStandIn ? damageFinding(standInError(object)) : note(objectText(object))]
}

/** What is known about the whole frame, besides damage. */
export function checkedHow({ checks, isStale }: Ends): string {
  return checks === undefined || isStale ? 'None' : 'xxh64'
}

/** All problems that a survey found, in the order of the frame. */
export function frameFindings(facts: FrameFacts): Finding[] {
  const parts = [
    ofHeader(facts),
    ofIndex(facts),
    ofArray(facts),
    ofChunks(facts),
    ofLayers(facts),
    ofTrailer(facts),
  ]
  const found = parts.flat()
  const others = !isSound(found)
  return [...ofObject(facts), ...found, ...ofChecksums({ ...facts, others }), ...ofEnd(facts)]
}
