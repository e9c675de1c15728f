// Orders chunks that were found without an index, by their digests or by position.

import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import type { BlpkError } from '../../../core/errors.js'
import { damaged } from '../../../core/errors.js'
import type { ChecksumLayer } from '../../frame/checksums.js'
import { DIGEST_BYTES } from '../../frame/checksums.js'
import type { OffsetSpecial } from '../../frame/offsets.js'

/** Plausible chunks. One object represents all identical ones, because there may be millions. */
export interface SoundChunk {
  /** @param index of the chunk in the survey */
  open: (index: number) => ChunkBytes
  /** Plain size, in bytes. */
  nbytes: number
  blocksize: number
  typesize: number
  /** It cannot be decompressed here, because a codec or filter is missing. */
  unread?: BlpkError
}

/** An implausible chunk. */
interface LostChunk {
  lost: BlpkError
  /** It decodes; only a checksum that may itself be wrong speaks against it. */
  doubt?: SoundChunk
}

/** The content at a position of the index. */
export type SurveyedChunk = { special: OffsetSpecial } | { sound: SoundChunk } | LostChunk

/** Chunks that were found without an index, in the order of their positions. */
export interface UnindexedChunk {
  sound?: SoundChunk
  digest?: Uint8Array
  problem?: BlpkError
}

export interface Ordered {
  chunks: SurveyedChunk[]
  /** Whether their order is certain. */
  exact: boolean
}

/** One object for all of them: a frame of a hundred bytes can claim a million. */
function alike<T>(count: number, chunk: T): T[] {
  return new Array<T>(count).fill(chunk)
}

const key = (digest: Uint8Array): string => Buffer.from(digest).toString('latin1')

/** The checksums name the chunks in the order of the index. */
export function orderByDigests(layer: ChecksumLayer, unindexed: readonly UnindexedChunk[]): Ordered {
  const found = new Map<string, SoundChunk>()
  for (const { sound, digest } of unindexed)
    if (sound !== undefined && digest !== undefined) found.set(key(digest), sound)
  const lost = { lost: damaged('the chunk was not found') }
  let at = 0
  const next = (): SurveyedChunk => {
    const sound = found.get(key(layer.digests.subarray(at, at + DIGEST_BYTES)))
    at += DIGEST_BYTES
    return sound === undefined ? lost : { sound }
  }
  const runs = layer.runs.map(({ count, special }): SurveyedChunk[] =>
    special === undefined ? Array.from({ length: count }, next) : alike(count, { special }),
  )
  return { chunks: runs.flat(), exact: true }
}

/**
 * Without names, chunks are taken in the order of their positions.
 * @param expected total number, if known
 * @param chunksize plain size of all but the last, in bytes: a shorter one must be the last
 */
export function orderByPlace(
  unindexed: readonly UnindexedChunk[],
  expected: number | undefined,
  chunksize: number,
): Ordered {
  const broken = unindexed.filter(({ sound }) => sound === undefined).length
  const found = unindexed.length - broken
  const missing = expected === undefined ? broken : expected - found
  // The missing chunks were in the single broken part; without one, they existed only in the index.
  const isOne = broken === 1 && missing >= 1
  const fits = isOne || broken === missing
  const chunks = unindexed.flatMap(({ sound, problem }): SurveyedChunk[] => {
    if (sound !== undefined) return [{ sound }]
    return alike(isOne ? missing : 1, { lost: problem ?? damaged('the chunk is lost') })
  })
  const rest = expected === undefined ? 0 : Math.max(0, expected - chunks.length)
  const lost = damaged('the chunk was not found: it may have existed only in the index')
  const last = unindexed.at(-1)?.sound
  const end = last !== undefined && last.nbytes < chunksize ? chunks.splice(-1) : []
  const all = chunks.concat(alike(rest, { lost }), end)
  return { chunks: expected === undefined ? all : all.slice(0, expected), exact: fits && missing >= 0 }
}
