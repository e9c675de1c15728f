// Works out which index each recovered chunk has, and how many chunks are lost between them.

import { type BlpkError, damaged } from '../../../core/errors.js'
import type { ChunkOrGap, Gap } from './discover.js'
import type { OffsetTable } from './front.js'
import type { FoundChunk } from './probe.js'

/** A sound chunk and which one it is. */
export interface NumberedChunk extends FoundChunk {
  index: number
}

/** Chunks that cannot be had any more. */
export interface LostChunks {
  first: number
  /** 0 for bytes that belong to no chunk. */
  count: number
  /** Where they lay, in bytes of the archive. */
  from: number
  to: number
  problem: BlpkError
}

export interface Numbered {
  chunks: NumberedChunk[]
  lost: LostChunks[]
  /** Chunks in all, lost ones included. */
  count: number
  /** Is the index of every chunk known, or guessed from the sizes of gaps? */
  exact: boolean
}

/** Plain size of all chunks but the last: the one that most have, the largest of several. */
export function commonSize(parts: readonly ChunkOrGap[], claimed: number | undefined): number | undefined {
  const counts = new Map<number, number>()
  for (const { chunk } of parts) {
    if (chunk !== undefined) counts.set(chunk.header.nbytes, (counts.get(chunk.header.nbytes) ?? 0) + 1)
  }
  if (claimed !== undefined && counts.has(claimed)) return claimed
  let best: number | undefined
  for (const [size, count] of counts) {
    const most = counts.get(best ?? -1) ?? 0
    if (count > most || (count === most && size > (best ?? -1))) best = size
  }
  const only = [...counts.values()].reduce((sum, n) => sum + n, 0) === 1
  return only && claimed !== undefined && best !== undefined && claimed > best ? claimed : best
}

function merge(a: Gap, b: Gap): Gap {
  return { from: a.from, to: b.to, problem: a.problem }
}

/** Takes out chunks whose size no chunk in their place has, and puts neighbouring gaps of unknown size together. */
export function withoutForeign(parts: readonly ChunkOrGap[], chunkSize: number): ChunkOrGap[] {
  const last = parts.findLastIndex(({ chunk }) => chunk !== undefined)
  const out: ChunkOrGap[] = []
  parts.forEach((part, i) => {
    let gap = part.gap
    if (part.chunk !== undefined) {
      const { nbytes } = part.chunk.header
      if (nbytes !== chunkSize && (i !== last || nbytes > chunkSize)) {
        const problem = damaged(`the chunk has ${nbytes} plain bytes, but the others have ${chunkSize}`)
        gap = { from: part.chunk.position, to: part.chunk.end, problem, lost: 1 }
      }
    }
    if (gap === undefined) {
      out.push(part)
      return
    }
    const before = out.at(-1)?.gap
    const apart = before === undefined || (before.lost !== undefined && gap.lost !== undefined)
    if (apart) out.push({ gap })
    else out[out.length - 1] = { gap: merge(before, gap) }
  })
  return out
}

/** Lets offsets say how many chunks a gap held, by the chunks after it. */
function byAnchors(
  parts: readonly ChunkOrGap[],
  anchors: ReadonlyMap<number, number>,
): (number | undefined)[] {
  const lost = parts.map(({ gap }) => gap?.lost)
  let next: number | undefined = 0
  parts.forEach(({ chunk, gap }, i) => {
    if (chunk !== undefined) {
      const anchor = anchors.get(chunk.position)
      if (next === undefined) next = anchor
      if (next !== undefined) next++
      return
    }
    if (gap?.lost !== undefined) {
      if (next !== undefined) next += gap.lost
      return
    }
    const index = next === undefined ? undefined : firstAnchored(parts, i + 1, anchors)
    const fits = index !== undefined && next !== undefined && index >= next
    lost[i] = fits ? index - (next ?? 0) : undefined
    next = fits ? index : undefined
  })
  return lost
}

/** The index of the first chunk from a part on, by any offset of the chunks that follow without a doubt. */
function firstAnchored(
  parts: readonly ChunkOrGap[],
  start: number,
  anchors: ReadonlyMap<number, number>,
): number | undefined {
  let passed = 0
  for (let i = start; i < parts.length; i++) {
    const { chunk, gap } = parts[i] ?? {}
    const anchor = chunk === undefined ? undefined : anchors.get(chunk.position)
    if (anchor !== undefined) return anchor - passed
    if (chunk === undefined && gap?.lost === undefined) return undefined
    passed += chunk === undefined ? (gap?.lost ?? 0) : 1
  }
  return undefined
}

interface Guess {
  parts: readonly ChunkOrGap[]
  lost: (number | undefined)[]
  /** Chunks in all, if it is known. */
  nchunks: number | undefined
  chunkSize: number
}

/** Shares out the chunks that are missing among gaps that do not tell how many they held. @returns was it a guess? */
function shareOut({ parts, lost, nchunks, chunkSize }: Guess): boolean {
  const open = parts.flatMap(({ gap }, i) => (gap !== undefined && lost[i] === undefined ? [{ gap, i }] : []))
  if (open.length === 0) return false
  const found = parts.flatMap(({ chunk }) => chunk ?? [])
  const known = found.length + lost.reduce<number>((sum, n) => sum + (n ?? 0), 0)
  let missing = nchunks === undefined ? undefined : Math.max(0, nchunks - known)
  const isLast = open.length === 1 || missing === 0
  const average = found.reduce((sum, c) => sum + c.end - c.position, 0) / Math.max(1, found.length)
  const endsShort = (found.at(-1)?.header.nbytes ?? 0) < chunkSize
  open.forEach(({ gap, i }, k) => {
    const isTail = i === parts.length - 1
    const isFront = i === 0 && open.length > 1
    const bySize =
      isFront || (isTail && endsShort) ? 0 : Math.max(1, Math.round((gap.to - gap.from) / average))
    const guess = missing === undefined ? bySize : Math.min(missing, k === open.length - 1 ? missing : bySize)
    lost[i] = guess
    if (missing !== undefined) missing -= guess
  })
  const onlyTail = open.length === 1 && open[0]?.i === parts.length - 1
  return !(isLast && nchunks !== undefined) && !onlyTail
}

/** Only the last chunk is shorter than the others: a sound one that is ends the archive, whatever else is claimed. */
function endAtShort(n: Numbered, chunkSize: number): Numbered {
  const last = n.chunks.at(-1)
  if (last === undefined || last.header.nbytes >= chunkSize || last.index === n.count - 1) return n
  const lost = n.lost.map((part) => (part.first > last.index ? { ...part, count: 0 } : part))
  return { ...n, lost: lost.filter(({ count, from, to }) => count > 0 || to > from), count: last.index + 1 }
}

/**
 * Gives chunks their places in the plain data.
 * @param nchunks chunks in all, if it is known
 */
export function numberChunks(
  parts: readonly ChunkOrGap[],
  table: OffsetTable | undefined,
  nchunks: number | undefined,
  chunkSize: number,
  archiveSize: number,
): Numbered {
  const anchors = new Map<number, number>()
  table?.forEach((position, i) => {
    if (position >= 0 && !anchors.has(position)) anchors.set(position, i)
  })
  const lostIn = byAnchors(parts, anchors)
  const guessed = shareOut({ parts, lost: lostIn, nchunks, chunkSize })
  const chunks: NumberedChunk[] = []
  const lost: LostChunks[] = []
  let next = 0
  parts.forEach(({ chunk, gap }, i) => {
    if (chunk !== undefined) chunks.push({ ...chunk, index: next++ })
    if (gap === undefined) return
    const count = lostIn[i] ?? 0
    lost.push({ first: next, count, from: gap.from, to: gap.to, problem: gap.problem })
    next += count
  })
  if (nchunks !== undefined && next < nchunks) {
    const problem = damaged(`the archive ends at byte ${archiveSize}`, { offset: archiveSize })
    lost.push({ first: next, count: nchunks - next, from: archiveSize, to: archiveSize, problem })
  }
  const numbered = { chunks, lost, count: Math.max(next, nchunks ?? 0), exact: !guessed }
  return endAtShort(numbered, chunkSize)
}
