// Reads parts of Blosc2 chunks, in threads or in the calling thread.

import { located } from '../../core/errors.js'
import { paysOff, withThreads } from '../../engine/pools.js'
import { COPY_SPEED, type Workload } from '../../engine/thread-policy.js'
import { trialOf } from '../../engine/trial.js'
import { withWorkspace } from '../../kernels/borrow.js'
import { jobs } from './blosc2-job.js'
import { decodedBytes, partBytes } from './chunk-part.js'
import { commonResult } from './common-result.js'
import { findParts } from './find-parts.js'
import type { ChunkFinder } from './found-chunk.js'
import { decodeSpeed, type PartRead, type PartSource } from './part-task.js'
import { readAllHere } from './read-here.js'
import { readAllThere } from './read-there.js'
import { LEAST_CUT, pieceSize } from './split-parts.js'

/** What is known of a whole read. */
interface ReadTogether {
  /** Plain bytes that will be read next, which may make threads worth starting. */
  more?: number
  /** The buffers may hold anything; otherwise they hold zeros. */
  isDirty?: boolean
}

/**
 * Reads parts of chunks, in the calling thread or in as many threads as pay off. Nothing is written for
 * zeros where the buffers have them already.
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function readParts(
  source: PartSource<ChunkFinder>,
  reads: readonly PartRead[],
  together: ReadTogether = {},
): Promise<void> {
  try {
    await readAll(source, reads, together)
  } catch (error) {
    throw located(error)
  }
}

async function workload(
  source: PartSource<ChunkFinder>,
  reads: readonly PartRead[],
  more: number,
): Promise<Workload> {
  const { itemBytes } = source.options
  const [first] = reads
  const found = first && { ...first, ...(await source.chunks.find(first.index)) }
  const piece = (found && pieceSize(found)) ?? Number.POSITIVE_INFINITY
  const sizes = reads.map(({ part }) => partBytes(part, itemBytes))
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0)
  const nbytes = reads.reduce((sum, { part }) => sum + decodedBytes(part, itemBytes), 0)
  return {
    threads: source.threads,
    jobs: sizes.reduce((count, size) => count + Math.max(1, Math.ceil(size / piece)), 0),
    nbytes: nbytes + more,
    speed: found === undefined ? COPY_SPEED : decodeSpeed(found),
    slot: { plain: Math.min(piece, largest), packed: 0 },
  }
}

/** One chunk that is not worth cutting: what is known of it need not be looked up first. */
function isSmall([first, second]: readonly PartRead[], { options }: PartSource<ChunkFinder>): boolean {
  return first !== undefined && second === undefined && partBytes(first.part, options.itemBytes) <= LEAST_CUT
}

async function readAll(
  source: PartSource<ChunkFinder>,
  reads: readonly PartRead[],
  { more = 0, isDirty = false }: ReadTogether,
): Promise<void> {
  if (reads.length === 0) return
  const found = findParts(source.chunks, reads, source.options.itemBytes)
  const load = isSmall(reads, source) ? undefined : await workload(source, reads, more)
  const usesThreads = load !== undefined && paysOff(load)
  const trial = usesThreads ? trialOf(load) : undefined
  const result = commonResult(reads, source.options.itemBytes)
  if (!usesThreads || trial !== undefined) {
    const isDone = await withWorkspace((ws) => readAllHere(ws, { source, found, isDirty, trial }, result))
    if (isDone || load === undefined) return
  }
  const rest = trial?.rest ?? load
  // What a trial left unread may hold anything.
  const reading = { source, found, isDirty: isDirty || trial !== undefined }
  await withThreads(rest, jobs, (threads) => readAllThere(threads, reading, rest, result))
}
