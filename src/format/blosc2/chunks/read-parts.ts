// Reads parts of Blosc2 chunks, in threads or in the calling thread.

import { allocate } from '../../../core/allocate.js'
import { located } from '../../../core/errors.js'
import { Alone } from '../../../engine/alone.js'
import { withThreads } from '../../../engine/pools.js'
import { readTasks } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import { COPY_SPEED, type Workload } from '../../../engine/thread-policy.js'
import type { Threads } from '../../../engine/threads.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { jobs } from './blosc2-job.js'
import { openFound } from './chunk-list.js'
import { decodedBytes, partBytes, placePart, putPart, takePart } from './chunk-part.js'
import { findParts } from './find-parts.js'
import {
  bringPart,
  countChunks,
  countRead,
  decodeSpeed,
  type FoundPart,
  isPortable,
  isZeros,
  type PartRead,
  type PartSource,
  type PartTask,
} from './part-task.js'
import { LEAST_CUT, pieceSize, piecesOf } from './split-parts.js'

/** A result of up to this size is put together in the arena, where kernels place its rows, in bytes. */
const LARGEST_ARENA_RESULT = 4 * 2 ** 20

/** What is known of a whole read. */
interface ReadTogether {
  /** Plain bytes that will be read next, which may make threads worth starting. */
  more?: number
  /** The buffers may hold anything; otherwise they hold zeros. */
  isDirty?: boolean
}

/** Zeros are not decoded. */
function takeZeros({ out, axes, part }: FoundPart, source: PartSource, isDirty: boolean): void {
  const { itemBytes } = source.options
  countChunks(source, 1)
  if (!isDirty || out === undefined) return
  if (axes === undefined) out.fill(0)
  else placePart(allocate(partBytes(part, itemBytes)), { out, axes }, itemBytes)
}

async function readHere(ws: Workspace, source: PartSource, found: FoundPart): Promise<void> {
  const { itemBytes } = source.options
  const chunk = openFound(ws, found, source.options)
  const { out, axes } = found
  if (out !== undefined) return putPart(ws, chunk, found.part, itemBytes, { out, axes })
  const nbytes = partBytes(found.part, itemBytes)
  const address = ws.scratch('part', nbytes)
  await takePart(chunk, found.part, itemBytes, ws.view(address, nbytes))
  found.take?.(ws.view(address, nbytes))
}

async function readThere(
  threads: Threads,
  source: PartSource,
  reads: AsyncIterator<FoundPart>,
  isDirty: boolean,
): Promise<void> {
  const { itemBytes } = source.options
  /** Yields the parts that threads can read. The others are read meanwhile. */
  let pieces: Iterator<PartTask['found']> = [].values()
  const next = async (ws: Workspace, slot: Slot): Promise<PartTask | undefined> => {
    const piece = pieces.next()
    if (piece.done !== true) return bringPart(piece.value, source, threads, slot)
    for (let one = await reads.next(); one.done !== true; one = await reads.next()) {
      const found = one.value
      if (isPortable(found, source)) {
        pieces = piecesOf(found)
        return next(ws, slot)
      }
      if (isZeros(found, source)) takeZeros(found, source, isDirty)
      else await readHere(ws, source, found)
    }
    return undefined
  }
  await withWorkspace((ws) =>
    readTasks(
      { threads, module: jobs, job: 'read', next: (slot) => next(ws, slot) },
      ({ found, out }, blocks) => {
        const { out: goal, axes } = found
        if (goal === undefined) found.take?.(out)
        else if (goal !== out) placePart(out, { out: goal, axes }, itemBytes)
        countRead(source, found, blocks)
      },
    ),
  )
}

/**
 * Reads parts of chunks, in the calling thread or in as many threads as pay off. Nothing is written for
 * zeros where the buffers have them already.
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function readParts(
  source: PartSource,
  reads: readonly PartRead[],
  together: ReadTogether = {},
): Promise<void> {
  try {
    await readAll(source, reads, together)
  } catch (error) {
    throw located(error)
  }
}

async function workload(source: PartSource, reads: readonly PartRead[], more: number): Promise<Workload> {
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
function isSmall([first, second]: readonly PartRead[], { options }: PartSource): boolean {
  return first !== undefined && second === undefined && partBytes(first.part, options.itemBytes) <= LEAST_CUT
}

async function readAll(
  source: PartSource,
  reads: readonly PartRead[],
  { more = 0, isDirty = false }: ReadTogether,
): Promise<void> {
  if (reads.length === 0) return
  const found = findParts(source.chunks, reads, source.options.itemBytes)
  const load = isSmall(reads, source) ? undefined : await workload(source, reads, more)
  await withThreads(load, jobs, (threads) => {
    if (!(threads instanceof Alone)) return readThere(threads, source, found, isDirty)
    const result = commonResult(reads, source.options.itemBytes)
    const { workspace } = threads
    return result === undefined
      ? readAllHere(workspace, source, found, isDirty)
      : readThroughArena(workspace, source, found, result)
  })
}

/** A buffer that reads put items in, most of it. */
interface CommonResult {
  out: Uint8Array
  /** Whether they fill all of it. */
  isFull: boolean
}

/** The buffer of reads that all put items at places in it; undefined if it is large, or stays as it is for the most part. */
function commonResult(reads: readonly PartRead[], itemBytes: number): CommonResult | undefined {
  const out = reads[0]?.out
  if (out === undefined || out.length > LARGEST_ARENA_RESULT) return undefined
  if (reads.some((read) => read.out !== out || read.axes === undefined)) return undefined
  const filled = reads.reduce((sum, { part }) => sum + partBytes(part, itemBytes), 0)
  return 2 * filled >= out.length ? { out, isFull: filled === out.length } : undefined
}

async function* into(out: Uint8Array, reads: AsyncIterable<FoundPart>): AsyncGenerator<FoundPart> {
  for await (const found of reads) yield { ...found, out }
}

/** Reads into the arena, then copies all of it at once: to copy row by row in JavaScript takes several times as long. */
async function readThroughArena(
  ws: Workspace,
  source: PartSource,
  reads: AsyncIterable<FoundPart>,
  { out, isFull }: CommonResult,
): Promise<void> {
  const address = ws.scratch('result', out.length)
  if (!isFull) ws.kernels.fillBytes(address, 0, out.length)
  await readAllHere(ws, source, into(ws.view(address, out.length), reads), isFull)
  out.set(ws.view(address, out.length))
}

async function readAllHere(
  ws: Workspace,
  source: PartSource,
  reads: AsyncIterable<FoundPart>,
  isDirty: boolean,
): Promise<void> {
  for await (const found of reads) {
    if (isZeros(found, source)) takeZeros(found, source, isDirty)
    else await readHere(ws, source, found)
  }
}
