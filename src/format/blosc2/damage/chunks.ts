// Finds the chunks of a damaged frame by index, checksums and walk, and reconciles the three.

import { isDeepStrictEqual } from 'node:util'
import { asDamage, BlpkError, damaged } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { checkEnds } from '../../chunks/checksums.js'
import { type ChecksumLayer, formatChecksumLayer, runsOf } from '../../frame/checksums.js'
import { TRAILER_END_BYTES } from '../../frame/trailer.js'
import { decodeOffsets } from '../chunks/frame-file.js'
import { arrayOf, isError } from './array.js'
import { ChunkSurvey, type Index } from './chunk-survey.js'
import type { Ends } from './ends.js'
import { orderByDigests, orderByPlace, type SurveyedChunk } from './order.js'
import type { FrameProbe } from './probe.js'
import { type Walk, walkChunks } from './walk.js'

/** Missing chunks are not counted beyond this, and beyond what fits in their frame. */
const MOST_CLAIMED = 2 ** 20

/** The chunks of a frame in the order of its index. */
export interface SurveyedChunks {
  chunks: SurveyedChunk[]
  exact: boolean
  /** Why the index could not be used. */
  indexProblem?: BlpkError
  doubtful: ChunkSurvey['doubtful']
  /** Chunks whose position or maximum size differs from the index. */
  moved?: number[]
  /** Size of the chunks, from the end of the header to the index. */
  cbytes: number | undefined
}

async function indexWhereItShouldBe(probe: FrameProbe, ends: Ends): Promise<Index | BlpkError> {
  const { header, index } = ends
  const place = { path: probe.place.source.name, offset: header.headerBytes + header.cbytes }
  if (ends.isRebuilt && header.nbytes === 0) return damaged('the index of the frame is unknown', place)
  if (index.length === 0)
    return header.nbytes === 0 ? { offsets: [], cbytes: 0 } : damaged('the frame has no index', place)
  try {
    return { offsets: await decodeOffsets(probe.ws, index, place), cbytes: header.cbytes }
  } catch (error) {
    return asDamage(error)
  }
}

/** The last chunk may be the index: its entries then match the chunks that were found. */
async function indexAmong(probe: FrameProbe, ends: Ends, walk: Walk): Promise<Index | undefined> {
  const last = walk.chunks.at(-1)
  if (last === undefined || last.end !== ends.chunksStop || last.header.nbytes % 8 !== 0) return undefined
  const { headerBytes } = ends.header
  try {
    const offsets = await decodeOffsets(probe.ws, await probe.read(last.at, last.end - last.at), {})
    const starts = new Set([...walk.chunks.map(({ at }) => at), ...walk.gaps.map(({ from }) => from)])
    const fits = offsets.every((offset) => 'special' in offset || starts.has(headerBytes + offset.at))
    return fits ? { offsets, cbytes: last.at - headerBytes } : undefined
  } catch {
    return undefined
  }
}

/** The checksums, if their number of chunks is plausible. */
function layerFor({ checks }: Ends, most: number): ChecksumLayer | undefined {
  const count = checks?.layer?.runs.reduce((sum, run) => sum + run.count, 0) ?? 0
  return count > most ? undefined : checks?.layer
}

/** The claimed number of chunks of the array or the header, as far as plausible. */
function claimedCount({ header, isRebuilt }: Ends, found: number, size: number): number | undefined {
  const most = found + MOST_CLAIMED + size / 16
  const array = arrayOf(header.meta)
  if (array !== undefined && !isError(array) && array.count <= most) return array.count
  if (isRebuilt || header.variableChunks || header.chunksize <= 0 || header.nbytes === 0) return undefined
  const count = Math.ceil(header.nbytes / header.chunksize)
  return count > most ? undefined : count
}

async function withoutIndex(
  survey: ChunkSurvey,
  probe: FrameProbe,
  ends: Ends,
  walk: Walk | undefined,
): Promise<{ chunks: SurveyedChunk[]; exact: boolean }> {
  const { directory, source } = probe.place
  const unindexed =
    walk !== undefined
      ? await survey.unindexed(walk)
      : directory === undefined
        ? []
        : await survey.unindexedFiles(directory)
  const layer = layerFor(ends, unindexed.length + MOST_CLAIMED + source.size)
  if (layer !== undefined) return orderByDigests(layer, unindexed)
  return orderByPlace(unindexed, claimedCount(ends, unindexed.length, source.size), ends.header.chunksize)
}

/** The remains of the index may follow the last chunk. */
function withoutIndexBytes(walk: Walk, ends: Ends): Walk {
  const last = walk.gaps.at(-1)
  const behind = walk.chunks.at(-1)
  if (last === undefined || last.to !== ends.chunksStop || (behind?.end ?? 0) > last.from) return walk
  const at = ends.header.headerBytes + ends.header.cbytes
  const isIndex = ends.isRebuilt || last.from >= at
  return isIndex ? { ...walk, gaps: walk.gaps.slice(0, -1) } : walk
}

/** The walk stops at the end of the chunks by the header; otherwise it would take the index for a chunk. */
function walkStop({ header, isRebuilt, chunksStop }: Ends): number {
  const said = header.headerBytes + header.cbytes
  return isRebuilt || said > chunksStop || header.cbytes === 0 ? chunksStop : said
}

/**
 * Whether index and checksums disagree about the kinds of chunks, and the index is wrong. The fingerprint
 * decides: if it becomes right when the checksums are changed to match the index, the index is right.
 */
async function contradicts({ checks, raw, index, trailer }: Ends, { offsets }: Index): Promise<boolean> {
  const layer = checks?.layer
  if (layer === undefined || checks?.sealed !== false || trailer === undefined) return false
  const runs = runsOf(offsets)
  if (isDeepStrictEqual(runs, layer.runs)) return false
  const content = formatChecksumLayer({ ...layer, runs })
  const bytes = trailer.bytes.slice()
  const at = bytes.length - TRAILER_END_BYTES - content.length
  if (at < 0) return true
  bytes.set(content, at)
  return (await checkEnds({ header: raw, index, trailer: bytes })) !== 'right'
}

/** Whether no other chunk's offset is within this one. */
function isAlone(at: number, end: number, taken: readonly number[]): boolean {
  return !taken.some((other) => other > at && other < end)
}

/**
 * Finds chunks at other positions than their offsets: where their checksums name them, or at their own
 * offset, if the conflicting offset of another lost chunk is wrong.
 * @returns the chunks that the index is wrong about
 */
async function recoverMoved(
  survey: ChunkSurvey,
  probe: FrameProbe,
  ends: Ends,
  { offsets, cbytes }: Index,
  chunks: SurveyedChunk[],
): Promise<number[]> {
  const { sparse, headerBytes } = ends.header
  if (sparse || !chunks.some((chunk) => 'lost' in chunk)) return []
  const layer = layerFor(ends, chunks.length)
  const unindexed = await survey.unindexed(await walkChunks(probe, headerBytes, headerBytes + cbytes))
  const named = layer === undefined ? undefined : orderByDigests(layer, unindexed).chunks
  const byPlace = new Map(unindexed.map((one) => [one.at, one]))
  const placeOf = (i: number): number => {
    const offset = offsets[i]
    return offset !== undefined && 'at' in offset ? headerBytes + offset.at : Number.NaN
  }
  const taken = chunks.flatMap((chunk, i) => ('sound' in chunk ? [placeOf(i)] : []))
  const moved: number[] = []
  for (const [i, chunk] of chunks.entries()) {
    if (!('lost' in chunk)) continue
    const there = byPlace.get(placeOf(i))
    const inPlace =
      there?.sound !== undefined && isAlone(there.at, there.end, taken) ? { sound: there.sound } : undefined
    const other = layer === undefined ? inPlace : named?.[i]
    const found = other !== undefined && 'special' in other ? survey.special(other) : other
    if (found === undefined || 'lost' in found) continue
    chunks[i] = found
    moved.push(i)
  }
  return moved
}

/** Finds the chunks of a frame: by the index, or if that is lost, by walking from one to the next. */
export async function surveyChunks(
  probe: FrameProbe,
  ends: Ends,
  o: RunOptions = {},
): Promise<SurveyedChunks> {
  const survey = new ChunkSurvey(probe, ends)
  const { doubtful } = survey
  const index = await indexWhereItShouldBe(probe, ends)
  if (!(index instanceof BlpkError)) {
    const { cbytes } = index
    if (await contradicts(ends, index)) {
      const walk = await walkChunks(probe, ends.header.headerBytes, walkStop(ends))
      const found = await withoutIndex(survey, probe, ends, ends.header.sparse ? undefined : walk)
      return {
        ...found,
        indexProblem: damaged('the index of the frame differs from what was written'),
        doubtful,
        cbytes,
      }
    }
    const chunks = await survey.byIndex(index, o)
    const moved = await recoverMoved(survey, probe, ends, index, chunks)
    survey.believe(chunks)
    return { chunks, exact: true, doubtful, moved, cbytes }
  }
  if (ends.header.sparse) {
    const found = await withoutIndex(survey, probe, ends, undefined)
    return { ...found, indexProblem: index, doubtful, cbytes: undefined }
  }
  const whole = await walkChunks(probe, ends.header.headerBytes, ends.chunksStop)
  const other = await indexAmong(probe, ends, whole)
  if (other !== undefined) {
    const chunks = await survey.byIndex(other, o)
    survey.believe(chunks)
    return { chunks, exact: true, doubtful, cbytes: other.cbytes }
  }
  const stop = walkStop(ends)
  const walk = stop === ends.chunksStop ? whole : await walkChunks(probe, ends.header.headerBytes, stop)
  const found = await withoutIndex(survey, probe, ends, withoutIndexBytes(walk, ends))
  const end = walk.chunks.at(-1)?.end
  const cbytes = end === undefined ? undefined : end - ends.header.headerBytes
  return { ...found, indexProblem: index, doubtful, cbytes }
}
