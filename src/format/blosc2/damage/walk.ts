// Walks a damaged frame from chunk to chunk, past damaged parts.

import type { Blosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import { asDamage, type BlpkError, damaged } from '../../../core/errors.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import { firstChunk, plausiblePositions } from '../../damage/scan.js'
import type { FrameProbe } from './probe.js'

/** A chunk that was found by itself, whatever the index says. */
export interface WalkedChunk {
  /** In the frame, in bytes. */
  at: number
  end: number
  header: Blosc2ChunkHeader
  /** It cannot be decompressed here, because a codec or filter is missing. */
  problem?: BlpkError
}

/** Bytes without any chunk. */
interface Gap {
  from: number
  to: number
  problem: BlpkError
}

export interface Walk {
  chunks: WalkedChunk[]
  gaps: Gap[]
}

const LAST_VERSION = 6

function looksLikeHeader(b: Uint8Array, view: DataView, at: number, room: number): boolean {
  const version = b[at] ?? 0
  if (version < 1 || version > LAST_VERSION || b[at + 1] !== 1 || b[at + 3] === 0) return false
  const cbytes = view.getUint32(at + 12, true)
  return cbytes >= 16 && cbytes <= room && view.getUint32(at + 4, true) > 0
}

type Tried = { found: WalkedChunk } | { problem: BlpkError; claimedEnd?: number }

async function tryAt(probe: FrameProbe, at: number, stop: number, guess: boolean): Promise<Tried> {
  const { source } = probe.place
  const bytes = new SourceChunk(source, at, stop - at, { path: source.name, offset: at })
  let claimedEnd: number | undefined
  try {
    const header = await probe.headerOf(bytes)
    claimedEnd = at + header.cbytes
    if (guess) probe.budget.spend(header.cbytes + header.nbytes / 16)
    const { problem } = await probe.prove(bytes)
    // An unknown codec does not make a chunk wrong, unless the position is a guess.
    if (problem === undefined || (problem.code === 'UNSUPPORTED' && !guess))
      return { found: { at, end: claimedEnd, header, ...(problem !== undefined && { problem }) } }
    return { problem, claimedEnd }
  } catch (error) {
    return { problem: asDamage(error), ...(claimedEnd !== undefined && { claimedEnd }) }
  }
}

function nextChunk(probe: FrameProbe, start: number, stop: number): Promise<number | undefined> {
  const positions = plausiblePositions(probe, looksLikeHeader, start, stop)
  return firstChunk(positions, probe.budget, async (at) => 'found' in (await tryAt(probe, at, stop, true)))
}

/** Where the walk continues after a broken chunk: at its claimed end, or at the next proved chunk. */
async function resume(probe: FrameProbe, at: number, stop: number, claimed?: number): Promise<number> {
  if (claimed === stop) return stop
  if (claimed !== undefined && claimed < stop) {
    if ('found' in (await tryAt(probe, claimed, stop, true))) return claimed
  }
  return (await nextChunk(probe, at + 1, stop)) ?? stop
}

/** Walks from chunk to chunk, skipping everything else. */
export async function walkChunks(probe: FrameProbe, start: number, stop: number): Promise<Walk> {
  const walk: Walk = { chunks: [], gaps: [] }
  for (let at = start; at < stop; ) {
    const tried = await tryAt(probe, at, stop, false)
    if ('found' in tried) {
      walk.chunks.push(tried.found)
      at = tried.found.end
      continue
    }
    const { problem, claimedEnd } = tried
    const to = probe.budget.isExhausted ? stop : await resume(probe, at, stop, claimedEnd)
    walk.gaps.push({ from: at, to, problem: problem ?? damaged('there is no chunk here') })
    at = to
  }
  return walk
}
