// Copies chunks of a frame to another one without recompression.

import { damaged, located } from '../../../core/errors.js'
import { EventTurns } from '../../../core/event-turns.js'
import { CheckedChunk } from '../../chunks/checksums.js'
import type { Entry } from '../../chunks/chunk-list.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import { wholeChunk } from '../../chunks/whole-chunk.js'
import type { CopiedChunk, FrameSink } from '../chunks/frame-sink.js'
import type { OpenedFrame } from '../opened.js'

/** Target of copied chunks, and callbacks. */
export interface CopyTarget {
  sink: FrameSink
  /** Whether chunks need digests. */
  sealed: boolean
  signal: AbortSignal | undefined
  /** @param nbytes plain @param cbytes packed */
  onChunk: (nbytes: number, cbytes: number) => void
}

/** Stored chunks that are adjacent. */
interface Run {
  /** In the source, in bytes. */
  start: number
  chunks: CopiedChunk[]
}

/** A chunk stored in the frame file, and what is known without reading it. */
function storedChunk(entry: Entry | undefined): (CopiedChunk & { position: number }) | undefined {
  if (entry === undefined || 'special' in entry || entry.at === undefined) return undefined
  const bytes = entry.open()
  const inner = bytes instanceof CheckedChunk ? bytes.inner : bytes
  if (!(inner instanceof SourceChunk)) return undefined
  const { digest, limit } = bytes
  return { position: inner.position, cbytes: limit, ...(digest !== undefined && { digest }) }
}

/** The adjacent chunks from `first` on, up to `stop`. */
function runFrom(entries: readonly Entry[], first: number, stop: number): Run | undefined {
  const head = storedChunk(entries[first])
  if (head === undefined) return undefined
  const chunks: CopiedChunk[] = [head]
  let end = head.position + head.cbytes
  for (let i = first + 1; i < stop; i++) {
    const next = storedChunk(entries[i])
    if (next === undefined || next.position !== end) break
    chunks.push(next)
    end += next.cbytes
  }
  return { start: head.position, chunks }
}

async function copyOne(from: OpenedFrame, i: number, to: number, target: CopyTarget): Promise<void> {
  const { chunks } = from.schunk.state
  const entry = chunks.entries[i]
  if (entry === undefined) throw damaged(`there is no chunk ${i}`)
  const [, nbytes] = await chunks.extent(i)
  if ('special' in entry) {
    await target.sink.putSpecial(to, entry.special, nbytes)
    target.onChunk(nbytes, 0)
    return
  }
  const stored = entry.open()
  try {
    const [bytes, h] = await wholeChunk(stored)
    if (h.nbytes !== nbytes)
      throw damaged(`the chunk has ${h.nbytes} plain bytes, but the frame says ${nbytes}`, stored.place)
    await target.sink.put(to, bytes)
  } catch (error) {
    throw located(error)
  }
  target.onChunk(nbytes, stored.limit)
}

/** Copies a run within the store of both frames. @returns the number of chunks */
async function copyInPlace(
  from: OpenedFrame,
  first: number,
  stop: number,
  to: number,
  target: CopyTarget,
): Promise<number> {
  if (!target.sink.canCopy) return 0
  const { chunks } = from.schunk.state
  const run = runFrom(chunks.entries, first, stop)
  if (run === undefined || (target.sealed && run.chunks.some(({ digest }) => digest === undefined))) return 0
  if (!(await target.sink.copy(to, from.place.source, run.start, run.chunks))) return 0
  for (const [k, { cbytes }] of run.chunks.entries())
    target.onChunk((await chunks.extent(first + k))[1], cbytes)
  return run.chunks.length
}

/**
 * Copies the chunks from `first` to `first + count`. Chunks that pass through this machine are checked.
 * @param to index of the first chunk in the new frame
 * @throws BlpkError DAMAGED, CHECKSUM, IO
 */
export async function copyChunks(
  from: OpenedFrame,
  first: number,
  count: number,
  to: number,
  target: CopyTarget,
): Promise<void> {
  const turns = new EventTurns()
  const stop = first + count
  for (let i = first; i < stop; ) {
    await turns.rest()
    target.signal?.throwIfAborted()
    const inPlace = await copyInPlace(from, i, stop, to + i - first, target)
    if (inPlace === 0) await copyOne(from, i, to + i - first, target)
    i += Math.max(1, inPlace)
  }
}
