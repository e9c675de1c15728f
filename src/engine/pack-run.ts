// Packs chunks of any format in order: the inner loop of everything that compresses.

import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Workspace } from '../kernels/workspace.js'
import { Alone } from './alone.js'
import { inOrder } from './in-order.js'
import type { JobModule } from './job.js'
import { Laps, Pace } from './pace.js'
import { lendThreads, mustTry } from './pools.js'
import type { Slot } from './slot.js'
import type { Workload } from './thread-policy.js'
import type { Threads } from './threads.js'

/** A chunk that is ready to be packed. */
export interface Filled {
  /** Plain bytes. */
  nbytes: number
  /** Position to read it from first, if it is not in its buffer. */
  from?: FilePlace | undefined
  /** Its plain bytes, if they lie in other memory that threads share. */
  plain?: Uint8Array | undefined
}

/** A packing job: from a plain area to a packed one. Returns the packed size, in bytes. */
export interface PackJob {
  module: JobModule
  name: string
  /** Plain data; `from` may be added. */
  params: object
}

/** Packs in the calling thread, if user code takes part. */
export type PackHere = (
  ws: Workspace,
  plain: Uint8Array,
  packed: Uint8Array,
  index: number,
) => MaybePromise<number>

/** A sequence of chunks to pack. */
export interface PackRun {
  how: PackJob | PackHere
  /** Number of chunks, if known. */
  nchunks?: number | undefined
  /** Plain size of the largest chunk, in bytes. */
  chunkBytes: number
  /** Maximum packed size of a chunk, in bytes. */
  packedBytes: number
  /** Packing speed of one thread, in MB/s of plain bytes. */
  speed: number
  /** Default: one per core; 1 for the calling thread. */
  threads?: number | undefined
  callerWorks?: boolean | undefined
  /** Stops before the next chunk. */
  signal?: AbortSignal | undefined
  /**
   * Puts the plain bytes of the next chunk into `room`, overwriting it.
   * @param index from 0, in order
   * @param mayPass whether a position in a file is sufficient, or other memory that threads share
   * @returns the chunk, or its size and position; undefined at the end
   */
  fill(room: Uint8Array, index: number, mayPass: boolean): MaybePromise<Filled | number | undefined>
  /**
   * Takes the packed chunks, in order. The bytes are valid until the promise resolves.
   * @returns a position in a file to write them to; any free thread does that
   */
  take(packed: Uint8Array, index: number, nbytes: number): MaybePromise<FilePlace | undefined>
}

interface Lent {
  threads: Threads
  end(): MaybePromise<void>
  pack(plain: Uint8Array, packed: Uint8Array, index: number, from: FilePlace | undefined): Promise<number>
}

function workloadOf(run: PackRun): Workload {
  const { chunkBytes, packedBytes, nchunks = Number.POSITIVE_INFINITY } = run
  return {
    ...run,
    jobs: nchunks,
    nbytes: nchunks * chunkBytes,
    slot: { plain: chunkBytes, packed: packedBytes },
    packs: true,
  }
}

function lendHere(pack: PackHere): Lent {
  const threads = new Alone()
  return {
    threads,
    end: () => threads.end(),
    pack: async (plain, packed, index) => pack(threads.workspace, plain, packed, index),
  }
}

/** @param load undefined for the calling thread alone */
function lend({ module, name, params }: PackJob, load: Workload | undefined): Lent {
  const { threads, end } = lendThreads(load, module)
  return {
    threads,
    end,
    pack: (plain, packed, _index, from) =>
      threads.run(module, name, from === undefined ? params : { ...params, from }, plain, packed),
  }
}

/** What several stretches of a run have in common. */
interface Position {
  /** Of the next chunk. */
  index: number
  hasEnded: boolean
}

/** Packs chunks until there are no more, or there is enough for now. */
async function packStretch(
  { threads, end, pack }: Lent,
  run: PackRun,
  at: Position,
  isEnough: () => boolean,
): Promise<void> {
  const { chunkBytes, packedBytes } = run
  try {
    await inOrder<Slot, Filled & { index: number }, number>({
      slots: threads.slots,
      signal: run.signal,
      next: async (slot) => {
        if (isEnough()) return undefined
        const room = slot.plain(chunkBytes)
        const mayPass = threads.reaches(room, slot.packed(packedBytes))
        const filled = await run.fill(room, at.index, mayPass)
        at.hasEnded = filled === undefined
        if (filled === undefined) return undefined
        return { ...(typeof filled === 'number' ? { nbytes: filled } : filled), index: at.index++ }
      },
      work: (slot, { nbytes, index, from, plain = slot.plain(nbytes) }) =>
        pack(plain, slot.packed(packedBytes), index, from),
      done: async (slot, item, cbytes) => {
        const bytes = slot.packed(cbytes)
        const to = await run.take(bytes, item.index, item.nbytes)
        return to === undefined ? undefined : { free: threads.write(to, bytes) }
      },
    })
  } finally {
    await end()
  }
}

/** Packs the first chunks in the calling thread, until it is known that threads pay off for the others. */
async function tryAlone(how: PackJob, run: PackRun, at: Position): Promise<void> {
  const pace = new Pace(run.nchunks ?? Number.POSITIVE_INFINITY)
  const laps = new Laps()
  await packStretch(lend(how, undefined), run, at, () => {
    const ms = laps.lap()
    if (at.index > 0) pace.add(ms)
    return pace.wantsThreads
  })
}

/**
 * Packs chunks in order, in the calling thread or in as many threads as pay off. Only a few chunks are in
 * flight.
 * @throws errors of packing, `fill` and `take`; the signal's reason
 */
export async function packChunks(run: PackRun): Promise<void> {
  const { how } = run
  const at = { index: 0, hasEnded: false }
  const toTheEnd = (): boolean => false
  if (typeof how === 'function') return packStretch(lendHere(how), run, at, toTheEnd)
  const load = workloadOf(run)
  if (mustTry(load)) await tryAlone(how, run, at)
  if (!at.hasEnded) await packStretch(lend(how, load), run, at, toTheEnd)
}
