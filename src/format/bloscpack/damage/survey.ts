// Surveys a damaged archive: finds, checks and numbers every chunk, whatever the header says.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { damaged, interrupted } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { sizedSource } from '../../../sources/sized.js'
import { arrayIn } from '../../damage/lost.js'
import { DEFAULT_MAX_CHUNK } from '../../limits.js'
import type { BloscpackHeader } from '../header.js'
import type { ChunkOrGap } from './discover.js'
import { findingsOf } from './findings.js'
import { type SurveyedFront, surveyFront } from './front.js'
import { foundCount, type Located, locateByChunks, locateByHeader } from './locate.js'
import { commonSize, type Numbered, numberChunks, withoutForeign } from './number.js'
import { ChunkProbe } from './probe.js'
import { StretchProver } from './stretch.js'
import type { Survey } from './survey-facts.js'

export interface SurveyOptions extends RunOptions {
  /** Decompress every chunk too, so that each one that is found is known to be readable. */
  deep?: boolean
  /** Chunks of more plain bytes than this are not believed, default 2 GiB. */
  maxChunk?: number
}

/** A table of offsets whose first entry is not where the chunks begin is none. */
function hasTable({ table, start }: Located): boolean {
  return table !== undefined && table.table[0] === start
}

function explainsMore(byChunks: Located, byHeader: Located): boolean {
  const more = foundCount(byChunks.parts) - foundCount(byHeader.parts)
  if (byHeader.checksum === 'None' && byChunks.checksum !== 'None') return true
  return more > 0 || (more === 0 && hasTable(byChunks) && !hasTable(byHeader))
}

async function locate(
  probe: ChunkProbe,
  front: SurveyedFront,
  prover: StretchProver,
  o: SurveyOptions,
): Promise<Located> {
  const onStep = (packed: number): void => o.onProgress?.({ plain: packed, packed, total: probe.source.size })
  const byHeader = await locateByHeader(probe, front, { onStep, prover })
  if (byHeader?.fits === true) return byHeader.located
  const byChunks = await locateByChunks(probe, front, { onStep, prover })
  const isBetter = byHeader === undefined || explainsMore(byChunks, byHeader.located)
  if (isBetter) return byChunks
  probe.use(byHeader.located.checksum)
  return byHeader.located
}

/** A header may claim chunks after a last one that is shorter than the others: there are none. */
function believableCount(
  parts: readonly ChunkOrGap[],
  chunkSize: number,
  located: Located,
): number | undefined {
  const { nchunks, table } = located
  const last = parts.at(-1)?.chunk
  const found = foundCount(parts)
  const isWhole = last !== undefined && parts.length === found && last.header.nbytes < chunkSize
  return table === undefined && isWhole ? found : nchunks
}

function mostCommonTypesize(parts: readonly ChunkOrGap[], claimed: number | undefined): number {
  const sizes = parts.flatMap(({ chunk }) => chunk?.header.typesize ?? [])
  return claimed !== undefined && (sizes.includes(claimed) || sizes.length === 0) ? claimed : (sizes[0] ?? 1)
}

/** Plain size of the last chunk, if it was found or the header can be believed. */
function lastSize(
  numbered: Numbered,
  header: BloscpackHeader | undefined,
  chunkSize: number,
): number | undefined {
  const last = numbered.chunks.at(-1)
  if (last !== undefined && last.index === numbered.count - 1) return last.header.nbytes
  const claimed = header?.lastChunk
  return claimed !== undefined && claimed > 0 && claimed <= chunkSize ? claimed : undefined
}

function plainTotal(count: number, chunkSize: number, lastChunk: number | undefined): number | undefined {
  const total = lastChunk === undefined ? Number.NaN : (count - 1) * chunkSize + lastChunk
  return Number.isSafeInteger(total) ? total : undefined
}

/**
 * Without checksums a chunk of an unknown codec may be one whose header is broken: it is, if other chunks have a codec
 * that is known.
 */
function withoutDoubtful({ parts, checksum }: Located): readonly ChunkOrGap[] {
  const isKnown = parts.some(({ chunk }) => chunk !== undefined && !chunk.unread && !chunk.header.memcpyed)
  if (checksum !== 'None' || !isKnown) return parts
  return parts.map((part) => {
    const { position: from, end: to, unread: problem } = part.chunk ?? {}
    return from === undefined || to === undefined || problem === undefined
      ? part
      : { gap: { from, to, problem, lost: 1 } }
  })
}

function buildSurvey(front: SurveyedFront, located: Located, size: number): Omit<Survey, 'findings'> {
  const { table, checksum, metadata } = located
  const claimed = front.header
  const found = withoutDoubtful(located)
  const chunkSize = commonSize(found, claimed?.chunkSize)
  if (chunkSize === undefined) {
    const why = front.headerProblem === undefined ? '' : `: ${front.headerProblem.message}`
    throw damaged(`no chunk can be recovered from the archive${why}`)
  }
  const parts = withoutForeign(found, chunkSize)
  const nchunks = believableCount(parts, chunkSize, located)
  const numbered = numberChunks(parts, table?.table, nchunks, chunkSize, size)
  const lastChunk = lastSize(numbered, claimed, chunkSize)
  const typesize = mostCommonTypesize(parts, claimed?.typesize)
  const header = {
    offsets: table !== undefined,
    metadata: metadata?.json !== undefined,
    checksum,
    typesize,
    chunkSize,
    lastChunk,
    nchunks: numbered.count,
    maxAppChunks: table === undefined ? 0 : Math.max(0, table.table.length - numbered.count),
  }
  const array = arrayIn(metadata?.json)
  const total = plainTotal(numbered.count, chunkSize, lastChunk)
  const wantsOffsets = table !== undefined || claimed === undefined || claimed.offsets
  return {
    ...numbered,
    header,
    metadata,
    wantsOffsets,
    layout: { chunkSize, total, itemsize: typesize, array },
  }
}

/**
 * Finds every chunk of an archive that can be believed: by the header, the offsets, from chunk to chunk, and
 * where all that fails by looking for chunk headers. Nothing is believed that contradicts its checksum; without
 * checksums chunks must decompress.
 * @returns what was found, and everything that is wrong
 * @throws BlpkError DAMAGED if there is no chunk at all, USAGE for a pipe, IO, INTERRUPTED
 */
export async function surveyArchive(source: ByteSource, options: SurveyOptions = {}): Promise<Survey> {
  const { deep = false, maxChunk = DEFAULT_MAX_CHUNK, signal } = options
  const probe = new ChunkProbe(sizedSource(source), { deep, maxChunk, signal })
  const prover = new StretchProver(probe, options)
  try {
    const front = await surveyFront(probe)
    const located = await locate(probe, front, prover, options)
    const survey = buildSurvey(front, located, probe.source.size)
    return { ...survey, findings: findingsOf({ source: probe.source, front, located, survey }) }
  } catch (error) {
    throw interrupted(error, signal)
  } finally {
    await prover.end()
  }
}
