// Decides what to keep of a damaged frame.

import { type Partition, partition, product } from '../../../array/geometry.js'
import type { NdarrayLayout } from '../../../array/npy/index.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { type BlpkError, damaged } from '../../../core/errors.js'
import { Workspace } from '../../../kernels/workspace.js'
import { ChunkList, type Entry, memoryEntry } from '../../chunks/chunk-list.js'
import { storedSpecial } from '../../chunks/special-chunk.js'
import { type Finding, note } from '../../damage/finding.js'
import { B2ND_LAYER, CATERVA_LAYER, formatB2nd } from '../../frame/array-layer.js'
import type { FrameHeader } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { standInError } from '../../frame/objects.js'
import type { OffsetSpecial } from '../../frame/offsets.js'
import type { RecoverOptions, RecoveryReport } from '../../recovery.js'
import { isError, type SurveyedArray } from './array.js'
import { layersFor } from './kept-layers.js'
import type { SurveyedChunk } from './order.js'
import { chunkBytes } from './sizes.js'
import { type FrameSurvey, surveyFrame } from './survey.js'

/** How a damaged frame is searched. */
export interface FrameRecoverOptions extends RecoverOptions {
  /** The directory of a sparse frame. */
  directory?: string | undefined
}

/** The usable contents of a frame, ready to be written. */
export interface FrameRecovery {
  ws: Workspace
  survey: FrameSurvey
  header: FrameHeader
  vlmeta: Layers
  chunks: ChunkList
  /** The remaining array. */
  array: SurveyedArray | undefined
  /** The array that the metalayers of a frame without shape describe. */
  tensor: NdarrayLayout | undefined
  report: RecoveryReport
}

/** The indices of sound chunks. */
function indicesOf(
  chunks: readonly SurveyedChunk[],
  isWanted: (chunk: SurveyedChunk, index: number) => boolean,
): number[] {
  const indices: number[] = []
  chunks.forEach((chunk, index) => {
    if (isWanted(chunk, index)) indices.push(index)
  })
  return indices
}

/** Whole layers along axis 0 are dropped with a lost chunk, so that the rest is an array. */
function keepRows(
  array: SurveyedArray,
  chunks: readonly SurveyedChunk[],
): { kept: number[]; array: SurveyedArray } {
  const lostRows = new Set<number>()
  const inRow = product(array.cut.chunks.slice(1))
  const rowOf = (index: number): number => Math.floor(index / inRow)
  chunks.forEach((chunk, i) => {
    if ('lost' in chunk) lostRows.add(rowOf(i))
  })
  const extent = array.cut.chunkshape[0] ?? 0
  const rows = array.cut.shape[0] ?? 0
  let left = 0
  for (let row = 0; row < (array.cut.chunks[0] ?? 0); row++)
    if (!lostRows.has(row)) left += Math.min(extent, rows - row * extent)
  const kept = indicesOf(chunks, (_, index) => !lostRows.has(rowOf(index)))
  const meta = { ...array.meta, shape: [left, ...array.meta.shape.slice(1)] }
  const cut: Partition = partition(meta)
  return { kept, array: { meta, cut, count: kept.length } }
}

/** The array, if the existing chunks can be its chunks. */
function usableArray(survey: FrameSurvey, notes: Finding[]): SurveyedArray | undefined {
  const { array, chunks } = survey
  if (array === undefined) return undefined
  const { length } = chunks.chunks
  const isFitting = !isError(array) && array.count === length
  if (isFitting && (length === 0 || chunkBytes(array, survey.trueHeader) === survey.sizes.chunksize))
    return array
  notes.push(note('the array became a plain frame of its chunks: its shape does not fit them'))
  return undefined
}

interface Selection {
  /** Positions of chunks, in the order of the index. */
  kept: number[]
  array: SurveyedArray | undefined
  filled: number
}

function select(survey: FrameSurvey, o: FrameRecoverOptions, notes: Finding[]): Selection {
  const { chunks } = survey.chunks
  const array = usableArray(survey, notes)
  const sound = indicesOf(chunks, (chunk) => !('lost' in chunk))
  const lost = chunks.length - sound.length
  if (lost === 0) return { kept: sound, array, filled: 0 }
  if (o.fill === 'zeros' && survey.sizes.sizes === undefined)
    return { kept: indicesOf(chunks, () => true), array, filled: lost }
  if (o.fill === 'zeros') notes.push(note('lost chunks were left out: the chunks of this frame vary in size'))
  if (array === undefined || array.meta.shape.length === 0)
    return { kept: sound, array: undefined, filled: 0 }
  const rows = keepRows(array, chunks)
  notes.push(note(`the array has ${rows.array.meta.shape[0]} of its ${array.meta.shape[0]} rows left`))
  return { ...rows, filled: 0 }
}

/** One entry for all identical ones. */
const SPECIAL_ENTRIES: Record<OffsetSpecial, Entry> = {
  zeros: { special: 'zeros' },
  nans: { special: 'nans' },
  uninit: { special: 'uninit' },
}

function entryOf(survey: FrameSurvey, index: number): Entry {
  const chunk = survey.chunks.chunks[index]
  if (chunk !== undefined && 'sound' in chunk) return { open: () => chunk.sound.open(index) }
  const special = chunk !== undefined && 'special' in chunk ? chunk.special : 'zeros'
  if (survey.sizes.sizes === undefined) return SPECIAL_ENTRIES[special]
  // Variable-size chunks must state their size.
  const { typesize, blocksize } = survey.trueHeader
  return memoryEntry(storedSpecial(special, { nbytes: sizeOf(survey, index), typesize, blocksize }))
}

function sizeOf({ chunks, sizes: known }: FrameSurvey, index: number): number {
  const chunk = chunks.chunks[index]
  if (chunk !== undefined && 'sound' in chunk) return chunk.sound.nbytes
  const { sizes, nbytes = 0, chunksize } = known
  if (sizes !== undefined) return sizes[index] ?? 0
  return Math.min(chunksize, nbytes - index * chunksize)
}

function metaWith(survey: FrameSurvey, array: SurveyedArray | undefined): Layers {
  const meta = new Map(survey.trueHeader.meta)
  const isSame = array === survey.array
  if (isSame) return meta
  meta.delete(CATERVA_LAYER)
  meta.delete(B2ND_LAYER)
  return array === undefined ? meta : new Map([[B2ND_LAYER, formatB2nd(array.meta)], ...meta])
}

function withoutUnread(survey: FrameSurvey): void {
  survey.chunks.chunks.forEach((chunk, i, chunks) => {
    if ('sound' in chunk && chunk.sound.unread !== undefined) chunks[i] = { lost: chunk.sound.unread }
  })
}

/**
 * Uninitialized chunks may have been placeholders for values elsewhere: the metalayers that would tell are
 * lost.
 */
function withoutUninit(survey: FrameSurvey, notes: Finding[]): void {
  let count = 0
  survey.chunks.chunks.forEach((chunk, i, chunks) => {
    if (!('special' in chunk) || chunk.special !== 'uninit') return
    chunks[i] = { lost: damaged('the chunk is uninitialized') }
    count++
  })
  if (count > 0) notes.push(note(`${count} of the chunks are uninitialized, and count as lost`))
}

/** Chunks that cannot be read here may still be sound. */
function nothingLeft(chunks: readonly SurveyedChunk[]): BlpkError {
  const problems = chunks.flatMap((chunk) => ('lost' in chunk ? [chunk.lost] : []))
  const unread = problems.find(({ code }) => code === 'UNSUPPORTED')
  return unread ?? damaged('no chunk can be recovered from the frame')
}

/** Whether any chunks are kept although nothing is known about them. */
function isUnproved({ chunks, ends }: FrameSurvey): boolean {
  const isUnread = chunks.chunks.some((chunk) => 'sound' in chunk && chunk.sound.unread !== undefined)
  return isUnread && ends.checks?.layer === undefined
}

/**
 * Finds everything recoverable in a frame and decides what to write.
 * @throws BlpkError DAMAGED if no chunk can be recovered; UNSUPPORTED if none can be read here, or the values
 * are stored elsewhere; USAGE for a pipe; IO, INTERRUPTED
 */
export async function planFrameRecovery(
  source: ByteSource,
  o: FrameRecoverOptions = {},
): Promise<FrameRecovery> {
  const survey = await surveyFrame(source, o)
  if (survey.object !== undefined && survey.isStandIn) throw standInError(survey.object, source.name)
  if (o.readable === true) withoutUnread(survey)
  const notes: Finding[] = []
  if (survey.ends.metaLost) withoutUninit(survey, notes)
  const all = survey.chunks.chunks
  const lost = all.reduce((count, chunk) => count + ('lost' in chunk ? 1 : 0), 0)
  const { kept, array, filled } = select(survey, o, notes)
  if (lost > 0 && lost === all.length) throw nothingLeft(all)
  if (!survey.chunks.exact) notes.push(note('some positions are guesses: nothing shows which chunk is which'))
  const nbytes = kept.reduce((sum, index) => sum + sizeOf(survey, index), 0)
  const layers = layersFor(survey, kept, nbytes)
  if (layers.note !== undefined) notes.push(note(layers.note))
  const { typesize, blocksize } = survey.trueHeader
  const entries = kept.map((index) => entryOf(survey, index))
  const metaLost = survey.ends.metaLost || survey.layerProblems.size > 0
  const vlmetaLost = survey.ends.trailer === undefined && survey.ends.header.hasVlmeta
  const isArrayLost = survey.array !== undefined && array === undefined
  return {
    ws: new Workspace(),
    survey,
    header: { ...survey.trueHeader, meta: metaWith(survey, array) },
    vlmeta: layers.vlmeta,
    chunks: new ChunkList(entries, survey.sizes.chunksize, nbytes, typesize, blocksize),
    array,
    tensor: layers.tensor,
    report: {
      ok:
        lost === 0 &&
        !isUnproved(survey) &&
        !metaLost &&
        !vlmetaLost &&
        !isArrayLost &&
        layers.note === undefined,
      findings: [...survey.findings, ...notes],
      kept: all.length - lost,
      lost,
      filled,
      nbytes,
    },
  }
}
