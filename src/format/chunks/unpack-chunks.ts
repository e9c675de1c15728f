// Unpacks the chunks of a super-chunk into a sink, in order. Threads decode them, and write them to files.

import { runError } from '../../core/errors.js'
import type { RunOptions } from '../../engine/options.js'
import { withThreads } from '../../engine/pools.js'
import { readInto } from '../../engine/read-into.js'
import type { Slot } from '../../engine/slot.js'
import type { Workload } from '../../engine/thread-policy.js'
import type { Threads } from '../../engine/threads.js'
import { withWorkspace } from '../../kernels/borrow.js'
import type { Workspace } from '../../kernels/workspace.js'
import type { PlainSink } from '../../sinks/plain.js'
import { jobs } from './blosc2-job.js'
import { partBytes, takePart } from './chunk-part.js'
import { findParts } from './find-parts.js'
import { openFound } from './found-chunk.js'
import {
  bringPart,
  countRead,
  decodeSpeed,
  isPortable,
  isZeros,
  type PartSource,
  type PartTask,
} from './part-task.js'
import { pieceSize, piecesOf } from './split-parts.js'

/** Number of chunks that are looked up together. */
const TOGETHER = 1024

type Piece = PartTask['found']

/** All chunks in order, up to `nbytes` plain bytes, large ones in pieces. */
async function* eachPiece({ chunks, options }: PartSource, nbytes: number): AsyncGenerator<Piece> {
  let wanted: { index: number; part: { spans: [[number, number]] } }[] = []
  const found = () => findParts(chunks, wanted, options.itemBytes)
  for await (const { index, start, nbytes: size } of chunks.within(0, nbytes)) {
    wanted.push({ index, part: { spans: [[0, Math.min(size, nbytes - start)]] } })
    if (wanted.length < TOGETHER) continue
    for await (const one of found()) yield* piecesOf(one)
    wanted = []
  }
  for await (const one of found()) yield* piecesOf(one)
}

/** Decodes a piece in the calling thread. */
async function decodeHere(ws: Workspace, source: PartSource, piece: Piece, out: Uint8Array): Promise<void> {
  const counts = { chunks: 0, blocks: 0 }
  if (isZeros(piece, source)) out.fill(0)
  else {
    const chunk = openFound(ws, piece, { ...source.options, counts })
    await takePart(chunk, piece.part, source.options.itemBytes, out)
  }
  countRead(source, piece, counts.blocks)
}

async function unpackAll(
  threads: Threads,
  source: PartSource,
  nbytes: number,
  sink: PlainSink,
  { signal, onProgress }: RunOptions,
): Promise<void> {
  const { itemBytes } = source.options
  const pieces = eachPiece(source, nbytes)
  let plain = 0
  const next = async (ws: Workspace, slot: Slot): Promise<PartTask | undefined> => {
    const { value: found, done } = await pieces.next()
    if (done === true) return undefined
    if (isPortable(found, source)) return bringPart(found, source, threads, slot)
    const out = slot.plain(partBytes(found.part, itemBytes))
    await decodeHere(ws, source, found, out)
    return { found, out, params: undefined }
  }
  await withWorkspace((ws) =>
    readInto(
      { threads, module: jobs, job: 'read', signal, next: (slot) => next(ws, slot) },
      sink,
      ({ found, out, params }, blocks) => {
        if (params !== undefined) countRead(source, found, blocks)
        plain += out.length
        onProgress?.({ plain, packed: 0, total: nbytes })
      },
    ),
  )
}

/** The work on all chunks, going by the first one. */
async function workloadOf(source: PartSource, nbytes: number, o: RunOptions): Promise<Workload | undefined> {
  const { chunks, threads } = source
  if (chunks.entries.length === 0) return undefined
  const [, chunkBytes] = await chunks.extent(0)
  const first = { part: { spans: [[0, chunkBytes] as const] }, ...(await chunks.find(0)) }
  const piece = pieceSize(first) ?? chunkBytes
  return {
    threads: o.threads ?? threads,
    callerWorks: o.callerWorks,
    jobs: Math.ceil(nbytes / piece),
    nbytes,
    speed: decodeSpeed(first),
    // Each thread reads a packed chunk to memory of its own.
    slot: { plain: piece, packed: piece },
  }
}

/**
 * Writes the first `nbytes` plain bytes of a super-chunk to a sink, which is finished, or aborted when anything fails.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
 */
export async function unpackChunks(
  source: PartSource,
  nbytes: number,
  sink: PlainSink,
  o: RunOptions,
): Promise<void> {
  try {
    const load = await workloadOf(source, nbytes, o)
    await withThreads(load, jobs, (threads) => unpackAll(threads, source, nbytes, sink, o))
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw runError(error, o.signal)
  }
}
