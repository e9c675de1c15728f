// Determines the true chunk size and typesize of a damaged frame from its chunks.

import { MAX_BLOSC2_CHUNK_NBYTES } from '../../../chunk/blosc2/header.js'
import { damaged } from '../../../core/errors.js'
import type { FrameHeader } from '../../frame/header.js'
import type { SurveyedArray } from './array.js'
import type { SurveyedChunk } from './order.js'

/** Sizes, judging by the existing chunks. */
export interface TrueSizes {
  /** Plain size of all chunks but the last, in bytes; 0 if they vary. */
  chunksize: number
  /** In bytes; undefined if variable-size chunks are lost. */
  nbytes: number | undefined
  /** Plain size of each chunk, if they vary. */
  sizes: (number | undefined)[] | undefined
}

/** Number of chunks of each plain size, except the last one. */
function countSizes(chunks: readonly SurveyedChunk[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (let i = 0; i < chunks.length - 1; i++) {
    const chunk = chunks[i]
    if (chunk === undefined || !('sound' in chunk)) continue
    counts.set(chunk.sound.nbytes, (counts.get(chunk.sound.nbytes) ?? 0) + 1)
  }
  return counts
}

function mostCommon(counts: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined
  for (const [value, count] of counts) if (count > (counts.get(best ?? Number.NaN) ?? 0)) best = value
  return best
}

/** Plain size of the chunks that an array requires. */
export function chunkBytes(array: SurveyedArray, h: FrameHeader): number {
  return array.cut.chunkItems * h.typesize
}

/** The size that the chunks have, the array requires, or the header says. */
function commonSize(
  h: FrameHeader,
  isRebuilt: boolean,
  chunks: readonly SurveyedChunk[],
  array: SurveyedArray | undefined,
): number {
  const stored = countSizes(chunks)
  const wanted = array === undefined || array.count === 0 ? 0 : chunkBytes(array, h)
  const last = chunks.at(-1)
  const ofLast = last !== undefined && 'sound' in last ? last.sound.nbytes : 0
  // A shape that no chunk matches is itself wrong.
  const agrees = stored.has(wanted) || (stored.size === 0 && (ofLast === 0 || ofLast === wanted))
  if (wanted > 0 && wanted <= MAX_BLOSC2_CHUNK_NBYTES && agrees) return wanted
  const shown = mostCommon(stored)
  const total = [...stored.values()].reduce((sum, count) => sum + count, 0)
  const isMost = shown !== undefined && 2 * (stored.get(shown) ?? 0) > total
  if (shown !== undefined && (isRebuilt || h.chunksize <= 0 || isMost)) return shown
  return h.chunksize > 0 ? h.chunksize : (shown ?? ofLast)
}

/** Chunks of another size do not belong to this frame; those of an array are all whole. */
function dropForeign(chunks: SurveyedChunk[], chunksize: number, areWhole: boolean): void {
  chunks.forEach((chunk, i) => {
    if (!('sound' in chunk)) return
    const { nbytes, open } = chunk.sound
    const fits = areWhole || i < chunks.length - 1 ? nbytes === chunksize : nbytes <= chunksize
    if (fits) return
    const message = `the chunk has ${nbytes} plain bytes, but should have ${chunksize}`
    chunks[i] = { lost: damaged(message, open(i).place) }
  })
}

/** NaNs that do not fill their chunk are invalid; the last chunk may be shorter. */
function dropRaggedNans(chunks: SurveyedChunk[], typesize: number, chunksize: number, ofLast: number): void {
  const judge = (nbytes: number): SurveyedChunk | undefined =>
    nbytes % typesize === 0
      ? undefined
      : { lost: damaged(`the chunk of ${nbytes} bytes is not a multiple of its typesize ${typesize}`) }
  const [others, last] = [judge(chunksize), judge(ofLast)]
  chunks.forEach((chunk, i) => {
    if (!('special' in chunk) || chunk.special !== 'nans') return
    chunks[i] = (i === chunks.length - 1 ? last : others) ?? chunk
  })
}

function variableSizes(chunks: readonly SurveyedChunk[]): TrueSizes {
  const sizes = chunks.map((chunk) => ('sound' in chunk ? chunk.sound.nbytes : undefined))
  const nbytes = sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  )
  return { chunksize: 0, nbytes, sizes }
}

/** Determines the sizes, and removes chunks that do not match. */
export function trueSizes(
  h: FrameHeader,
  isRebuilt: boolean,
  chunks: SurveyedChunk[],
  array: SurveyedArray | undefined,
): TrueSizes {
  if (h.variableChunks && array === undefined) return variableSizes(chunks)
  const chunksize = commonSize(h, isRebuilt, chunks, array)
  const areWhole = array !== undefined && chunkBytes(array, h) === chunksize
  dropForeign(chunks, chunksize, areWhole)
  const last = chunks.at(-1)
  if (last === undefined || chunksize === 0) return { chunksize, nbytes: 0, sizes: undefined }
  if (areWhole) return { chunksize, nbytes: chunks.length * chunksize, sizes: undefined }
  const before = (chunks.length - 1) * chunksize
  const claimed = h.nbytes > before && h.nbytes <= before + chunksize ? h.nbytes : before + chunksize
  const nbytes = 'sound' in last ? before + last.sound.nbytes : claimed
  dropRaggedNans(chunks, h.typesize, chunksize, nbytes - before)
  return { chunksize, nbytes, sizes: undefined }
}
