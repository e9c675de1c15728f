// Reads parts of Blosc2 chunks in threads, several small ones in one job.

import { type ReadTask, readTasks } from '../../engine/read-run.js'
import type { Slot } from '../../engine/slot.js'
import type { Workload } from '../../engine/thread-policy.js'
import type { Threads } from '../../engine/threads.js'
import { withWorkspace } from '../../kernels/borrow.js'
import type { Workspace } from '../../kernels/workspace.js'
import { jobs, type ReadParams } from './blosc2-job.js'
import { decodedBytes, placePart } from './chunk-part.js'
import type { CommonResult } from './common-result.js'
import type { ChunkFinder } from './found-chunk.js'
import {
  bringPart,
  countRead,
  type FoundPart,
  isPortable,
  type PartSource,
  type PartTask,
} from './part-task.js'
import { type Reading, readHere } from './read-here.js'
import { piecesOf } from './split-parts.js'

/** A job takes up to about this long, in ms: much longer than the messages that bring it and its answer. */
const JOB_TIME = 2

/** Parts that one job reads. */
interface Batch extends ReadTask<readonly ReadParams[]> {
  founds: readonly PartTask['found'][]
}

type NextPiece = (ws: Workspace) => Promise<PartTask['found'] | undefined>

/** Finds the parts that threads can read, large ones in pieces. The others are read meanwhile. */
function portablePieces({ source, found, isDirty }: Omit<Reading, 'trial'>): NextPiece {
  let pieces: Iterator<PartTask['found']> = [].values()
  const next: NextPiece = async (ws) => {
    const piece = pieces.next()
    if (piece.done !== true) return piece.value
    for (let one = await found.next(); one.done !== true; one = await found.next()) {
      if (isPortable(one.value, source)) {
        pieces = piecesOf(one.value)
        return next(ws)
      }
      await readHere(ws, source, one.value, isDirty)
    }
    return undefined
  }
  return next
}

/** Plain bytes that a job should decode, if its parts have a buffer in common; at least one job per slot, so that all threads end at about the same time. */
function batchBytes({ nbytes, speed }: Workload, { slots }: Threads): number {
  return Math.min(1000 * speed * JOB_TIME, nbytes / slots.length)
}

/** @param most a job takes no more parts from this number of plain bytes on */
async function nextBatch(
  next: () => Promise<PartTask['found'] | undefined>,
  bring: (piece: PartTask['found']) => Promise<PartTask>,
  itemBytes: number,
  most: number,
): Promise<Batch | undefined> {
  const tasks: PartTask[] = []
  // A part whose packed bytes are in the slot is the last one, since there is no room for more.
  for (let nbytes = 0; nbytes <= most && tasks.at(-1)?.packed === undefined; ) {
    const piece = await next()
    if (piece === undefined) break
    tasks.push(await bring(piece))
    nbytes += decodedBytes(piece.part, itemBytes)
  }
  const last = tasks.at(-1)
  if (last === undefined) return undefined
  const params = tasks.flatMap((task) => task.params ?? [])
  return { founds: tasks.map(({ found }) => found), out: last.out, packed: last.packed, params }
}

/** Takes what a job read. */
function takeBatch(source: PartSource<ChunkFinder>, { founds, out }: Batch, blocks: number): void {
  for (const [i, found] of founds.entries()) {
    const { out: goal, axes } = found
    if (goal === undefined) found.take?.(out)
    else if (goal !== out) placePart(out, { out: goal, axes }, source.options.itemBytes)
    countRead(source, found, i === 0 ? blocks : 0)
  }
}

function readBatches(threads: Threads, reading: Omit<Reading, 'trial'>, most: number): Promise<void> {
  const { source } = reading
  const { itemBytes } = source.options
  const next = portablePieces(reading)
  return withWorkspace((ws) =>
    readTasks(
      {
        threads,
        module: jobs,
        job: 'readEach',
        next: (slot: Slot) =>
          nextBatch(
            () => next(ws),
            (piece) => bringPart(piece, source, threads, slot),
            itemBytes,
            most,
          ),
      },
      (batch, blocks) => takeBatch(source, batch, blocks),
    ),
  )
}

async function* into(out: Uint8Array, found: AsyncIterator<FoundPart>): AsyncGenerator<FoundPart> {
  for (let one = await found.next(); one.done !== true; one = await found.next()) yield { ...one.value, out }
}

/** Reads parts in threads. @param result their buffer, if they share one that threads fill in memory of their own first */
export async function readAllThere(
  threads: Threads,
  reading: Omit<Reading, 'trial'>,
  load: Workload,
  result: CommonResult | undefined,
): Promise<void> {
  if (result === undefined || threads.reaches(result.out))
    return readBatches(threads, reading, result === undefined ? 0 : batchBytes(load, threads))
  const { out } = result
  const room = threads.room(out.length)
  // What is there already, or remains as it is.
  room.set(out)
  await readBatches(threads, { ...reading, found: into(room, reading.found) }, batchBytes(load, threads))
  out.set(room)
}
