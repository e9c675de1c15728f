// Works out the true chunk and item sizes of a damaged frame from its chunks.

import { MAX_BLOSC2_CHUNK_NBYTES } from '../../../chunk/blosc2/header.js'
import { damaged } from '../../../core/errors.js'
import type { FrameHeader } from '../frame/header.js'
import type { SurveyedArray } from './array.js'
import type { SurveyedChunk } from './order.js'

/** How large things are, by the chunks that are there. */
export interface TrueSizes {
  /** Plain size of all chunks but the last, in bytes; 0 where each has its own. */
  chunksize: number
  /** In bytes; undefined where chunks of their own size are lost. */
  nbytes: number | undefined
  /** Plain size of each chunk, where chunks have their own. */
  sizes: (number | undefined)[] | undefined
}

/** How many chunks there are of each plain size, but the last one. */
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

/** Plain size of the chunks that an array asks for. */
export function chunkBytes(array: SurveyedArray, h: FrameHeader): number {
  return array.cut.chunkItems * h.typesize
}

/** The size that the chunks themselves show, the array asks for, or the header says. */
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
  // A shape that no chunk agrees with is itself what is wrong.
  const agrees = stored.has(wanted) || (stored.size === 0 && (ofLast === 0 || ofLast === wanted))
  if (wanted > 0 && wanted <= MAX_BLOSC2_CHUNK_NBYTES && agrees) return wanted
  const shown = mostCommon(stored)
  const total = [...stored.values()].reduce((sum, count) => sum + count, 0)
  const isMost = shown !== undefined && 2 * (stored.get(shown) ?? 0) > total
  if (shown !== undefined && (isRebuilt || h.chunksize <= 0 || isMost)) return shown
  return h.chunksize > 0 ? h.chunksize : (shown ?? ofLast)
}

/** Chunks of another size than theirs are none of this frame; those of an array are all whole. */
function dropForeign(chunks: SurveyedChunk[], chunksize: number, areWhole: boolean): void {
  chunks.forEach((chunk, i) => {
    if (!('sound' in chunk)) return
    const { nbytes, open } = chunk.sound
    const fits = areWhole || i < chunks.length - 1 ? nbytes === chunksize : nbytes <= chunksize
    if (fits) return
    const message = `the chunk has ${nbytes} plain bytes, and should have ${chunksize}`
    chunks[i] = { lost: damaged(message, open(i).place) }
  })
}

/** NaNs that do not fill their chunk are none; the last chunk may be shorter than the others. */
function dropRaggedNans(chunks: SurveyedChunk[], typesize: number, chunksize: number, ofLast: number): void {
  const judge = (nbytes: number): SurveyedChunk | undefined =>
    nbytes % typesize === 0
      ? undefined
      : { lost: damaged(`the chunk of ${nbytes} bytes is no multiple of its items of ${typesize}`) }
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

/** Finds out the sizes, and takes out chunks that do not go with them. */
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
