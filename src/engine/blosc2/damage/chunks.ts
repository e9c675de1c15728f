import { readdirSync } from 'node:fs'
import { BlpkError, damaged } from '../../../errors.js'
import type { ChunkBytes } from '../../../format/chunk2/chunk-bytes.js'
import type { ChunkOffset } from '../../../format/frame/offsets.js'
import { asDamage } from '../../damage/probe.js'
import { checksumError, type Digests, digestsByIndex, xxh64Of } from '../checksums.js'
import { contiguous, decodeOffsets, inDirectory } from '../frame-file.js'
import { SourceChunk } from '../source-chunk.js'
import type { Ends } from './ends.js'
import { orderByDigests, orderByPlace, type Piece, type SoundChunk, type SurveyedChunk } from './order.js'
import type { FrameProbe, Proven } from './probe.js'
import { type Walk, type WalkedChunk, walkChunks } from './walk.js'

/** Chunks that are not there are not counted beyond this, and what their frame has room for. */
const MOST_CLAIMED = 2 ** 20

/** The chunks of a frame in the order of its index. */
export interface SurveyedChunks {
  chunks: SurveyedChunk[]
  exact: boolean
  /** Why the index could not be used. */
  indexProblem?: BlpkError
  /** Chunks that do not match a checksum that is itself not proved. */
  doubtful: { chunk: number; offset: number | undefined }[]
  /** Bytes of chunks, from the end of the header to the index. */
  cbytes: number | undefined
}

interface Index {
  offsets: ChunkOffset[]
  cbytes: number
}

async function indexWhereItShouldBe(probe: FrameProbe, ends: Ends): Promise<Index | BlpkError> {
  const { header, index } = ends
  const place = { path: probe.place.source.name, offset: header.headerBytes + header.cbytes }
  if (ends.isRebuilt && header.nbytes === 0) return damaged('the index of the frame is not known', place)
  if (index.length === 0)
    return header.nbytes === 0 ? { offsets: [], cbytes: 0 } : damaged('the frame has no index', place)
  try {
    return { offsets: await decodeOffsets(probe.ws, index, place), cbytes: header.cbytes }
  } catch (error) {
    return asDamage(error)
  }
}

/** The last chunk of all may be the index: its entries are then where chunks were found. */
async function indexAmong(probe: FrameProbe, ends: Ends, walk: Walk): Promise<Index | undefined> {
  const last = walk.chunks.at(-1)
  if (last === undefined || last.end !== ends.chunksStop || last.header.nbytes % 8 !== 0) return undefined
  const { headerBytes } = ends.header
  try {
    const offsets = await decodeOffsets(probe.ws, await probe.read(last.at, last.end - last.at), {})
    const starts = new Set(walk.chunks.map(({ at }) => at - headerBytes))
    const fits = offsets.every((offset) => 'special' in offset || starts.has(offset.at))
    return fits ? { offsets, cbytes: last.at - headerBytes } : undefined
  } catch {
    return undefined
  }
}

function soundChunk(open: () => ChunkBytes, { header, problem }: Proven): SoundChunk {
  const { nbytes, blocksize } = header
  return { open, nbytes, blocksize, ...(problem !== undefined && { unread: problem }) }
}

class ChunkSurvey {
  readonly #probe: FrameProbe
  readonly #ends: Ends
  readonly #digests: Digests
  readonly doubtful: SurveyedChunks['doubtful'] = []

  constructor(probe: FrameProbe, ends: Ends) {
    this.#probe = probe
    this.#ends = ends
    const layer = ends.checks?.layer
    this.#digests = layer === undefined ? () => undefined : digestsByIndex(layer)
  }

  #judge(open: () => ChunkBytes, index: number, proven: Proven): SurveyedChunk {
    const { digest, problem } = proven
    const unread = problem?.code === 'UNSUPPORTED'
    if (problem !== undefined && !unread) return { lost: problem }
    if (digest === 'wrong') {
      const { place } = open()
      if (this.#ends.checks?.sealed !== false) return { lost: checksumError(place) }
      this.doubtful.push({ chunk: index, offset: place.offset })
    }
    return { sound: soundChunk(open, proven) }
  }

  async #at(index: number, offset: ChunkOffset, opener: Opener): Promise<SurveyedChunk> {
    if ('special' in offset) return offset
    try {
      const open = (): ChunkBytes => opener(index, offset.at)
      return this.#judge(open, index, await this.#probe.prove(open(), this.#digests(index)))
    } catch (error) {
      return { lost: missing(error) }
    }
  }

  async byIndex({ offsets, cbytes }: Index): Promise<SurveyedChunk[]> {
    const { source, directory } = this.#probe.place
    const { header } = this.#ends
    const opener =
      header.sparse && directory !== undefined
        ? inDirectory(directory)
        : contiguous(source, header.headerBytes, cbytes, offsets)
    const chunks: SurveyedChunk[] = []
    for (const [index, offset] of offsets.entries()) chunks.push(await this.#at(index, offset, opener))
    return chunks
  }

  async #pieceOf({ at, end, header }: WalkedChunk): Promise<Piece> {
    const { source } = this.#probe.place
    const open = (): ChunkBytes => new SourceChunk(source, at, end - at, { path: source.name, offset: at })
    const digest = await xxh64Of(await this.#probe.read(at, end - at))
    return { sound: soundChunk(open, { header, digest: 'none' }), digest }
  }

  async pieces(walk: Walk): Promise<Piece[]> {
    const found: (Piece & { at: number })[] = []
    for (const chunk of walk.chunks) found.push({ ...(await this.#pieceOf(chunk)), at: chunk.at })
    for (const { from, problem } of walk.gaps) found.push({ problem, at: from })
    return found.sort((a, b) => a.at - b.at)
  }

  /** The chunks of a sparse frame, whose index is lost, by the numbers of their files. */
  async filePieces(directory: string): Promise<Piece[]> {
    const names = readdirSync(directory).filter((name) => /^[0-9A-F]{8}\.chunk$/.test(name))
    const opener = inDirectory(directory)
    const pieces: Piece[] = []
    for (const name of names.sort()) {
      const open = (): ChunkBytes => opener(0, Number.parseInt(name.slice(0, 8), 16))
      try {
        const proven = await this.#probe.prove(open())
        if (proven.problem !== undefined) throw proven.problem
        const bytes = await open().fetch(0, proven.header.cbytes)
        pieces.push({ sound: soundChunk(open, proven), digest: await xxh64Of(bytes) })
      } catch (error) {
        pieces.push({ problem: missing(error) })
      }
    }
    return pieces
  }
}

type Opener = (index: number, at: number) => ChunkBytes

/** A file of a sparse frame that is missing is damage of the frame. @throws what is none */
function missing(error: unknown): BlpkError {
  if (error instanceof BlpkError && error.code === 'NOT_FOUND')
    return new BlpkError('DAMAGED', error.message, error.place, error)
  return asDamage(error)
}

/** How many chunks the header claims, as far as that can be believed. */
function claimedCount({ header, isRebuilt }: Ends, found: number, size: number): number | undefined {
  if (isRebuilt || header.variableChunks || header.chunksize <= 0 || header.nbytes === 0) return undefined
  const count = Math.ceil(header.nbytes / header.chunksize)
  return count > found + MOST_CLAIMED + size / 16 ? undefined : count
}

async function withoutIndex(
  survey: ChunkSurvey,
  probe: FrameProbe,
  ends: Ends,
  walk: Walk | undefined,
): Promise<{ chunks: SurveyedChunk[]; exact: boolean }> {
  const { directory, source } = probe.place
  const pieces =
    walk !== undefined
      ? await survey.pieces(walk)
      : directory === undefined
        ? []
        : await survey.filePieces(directory)
  const layer = ends.checks?.layer
  const count = layer?.runs.reduce((sum, run) => sum + run.count, 0) ?? 0
  if (layer !== undefined && count <= pieces.length + MOST_CLAIMED + source.size)
    return orderByDigests(layer, pieces)
  return orderByPlace(pieces, claimedCount(ends, pieces.length, source.size))
}

/** Behind the last chunk may stand what is left of the index. */
function withoutIndexBytes(walk: Walk, ends: Ends): Walk {
  const last = walk.gaps.at(-1)
  const behind = walk.chunks.at(-1)
  if (last === undefined || last.to !== ends.chunksStop || (behind?.end ?? 0) > last.from) return walk
  const at = ends.header.headerBytes + ends.header.cbytes
  const isIndex = ends.isRebuilt || last.from >= at
  return isIndex ? { ...walk, gaps: walk.gaps.slice(0, -1) } : walk
}

/** The walk stops where the header says that chunks do; otherwise the index would be taken for one of them. */
function walkStop({ header, isRebuilt, chunksStop }: Ends): number {
  const said = header.headerBytes + header.cbytes
  return isRebuilt || said > chunksStop || header.cbytes === 0 ? chunksStop : said
}

/** Chunks whose offsets are wrong are still found where they lie, if their checksums name them. */
async function recoverMoved(
  survey: ChunkSurvey,
  probe: FrameProbe,
  ends: Ends,
  chunks: SurveyedChunk[],
): Promise<void> {
  const layer = ends.checks?.layer
  if (layer === undefined || ends.header.sparse || !chunks.some((chunk) => 'lost' in chunk)) return
  const walk = await walkChunks(probe, ends.header.headerBytes, walkStop(ends))
  const named = orderByDigests(layer, await survey.pieces(walk)).chunks
  for (const [i, chunk] of chunks.entries()) {
    const found = named[i]
    if ('lost' in chunk && found !== undefined && 'sound' in found) chunks[i] = found
  }
}

/** Finds the chunks of a frame: by the index, and where that is lost by going from one to the next. */
export async function surveyChunks(probe: FrameProbe, ends: Ends): Promise<SurveyedChunks> {
  const survey = new ChunkSurvey(probe, ends)
  const { doubtful } = survey
  const index = await indexWhereItShouldBe(probe, ends)
  if (!(index instanceof BlpkError)) {
    const chunks = await survey.byIndex(index)
    await recoverMoved(survey, probe, ends, chunks)
    return { chunks, exact: true, doubtful, cbytes: index.cbytes }
  }
  if (ends.header.sparse) {
    const found = await withoutIndex(survey, probe, ends, undefined)
    return { ...found, indexProblem: index, doubtful, cbytes: undefined }
  }
  const whole = await walkChunks(probe, ends.header.headerBytes, ends.chunksStop)
  const other = await indexAmong(probe, ends, whole)
  if (other !== undefined) {
    const chunks = await survey.byIndex(other)
    return { chunks, exact: true, doubtful, cbytes: other.cbytes }
  }
  const stop = walkStop(ends)
  const walk = stop === ends.chunksStop ? whole : await walkChunks(probe, ends.header.headerBytes, stop)
  const found = await withoutIndex(survey, probe, ends, withoutIndexBytes(walk, ends))
  const end = walk.chunks.at(-1)?.end
  const cbytes = end === undefined ? undefined : end - ends.header.headerBytes
  return { ...found, indexProblem: index, doubtful, cbytes }
}
