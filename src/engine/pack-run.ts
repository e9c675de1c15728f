// Packs chunks of any format in order: the inner loop of everything that compresses.

import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Workspace } from '../kernels/workspace.js'
import { Alone } from './alone.js'
import { inOrder } from './in-order.js'
import type { JobModule } from './job.js'
import { lendThreads } from './pools.js'
import type { Slot } from './slot.js'
import type { Threads } from './threads.js'

/** A chunk that is there to be packed. */
export interface Filled {
  /** Plain bytes. */
  nbytes: number
  /** Where whoever packs it reads it first, if it is not in its room. */
  from?: FilePlace | undefined
}

/** A job that packs: of a plain area into a packed one. It returns the size of what it packed, in bytes. */
export interface PackJob {
  module: JobModule
  name: string
  /** Plain data; a `from` may be added to them. */
  params: object
}

/** Packs in the calling thread, where code of a user takes part. */
export type PackHere = (
  ws: Workspace,
  plain: Uint8Array,
  packed: Uint8Array,
  index: number,
) => MaybePromise<number>

/** Chunks that are to be packed, one after another. */
export interface PackRun {
  how: PackJob | PackHere
  /** How many there are, where it is known. */
  nchunks?: number | undefined
  /** Plain size of the largest chunk, in bytes. */
  chunkBytes: number
  /** What it takes at most when it is packed, in bytes. */
  packedBytes: number
  /** Plain bytes that a thread packs in a second, in MB. */
  speed: number
  /** All cores by default; 1 for the calling thread. */
  threads?: number | undefined
  callerWorks?: boolean | undefined
  /** Stops before the next chunk. */
  signal?: AbortSignal | undefined
  /**
   * Puts the plain bytes of the next chunk into `room`, whatever that held before.
   * @param index from 0, in order
   * @param mayPass it is enough to say where they lie in a file
   * @returns the chunk, or only how many plain bytes it has; undefined at the end
   */
  fill(room: Uint8Array, index: number, mayPass: boolean): MaybePromise<Filled | number | undefined>
  /**
   * Takes the packed chunks, in order; the bytes may be used until the promise is kept.
   * @returns where else they are to be written, in a file: whichever thread has the time does that
   */
  take(packed: Uint8Array, index: number, nbytes: number): MaybePromise<FilePlace | undefined>
}

interface Lent {
  threads: Threads
  end(): MaybePromise<void>
  pack(plain: Uint8Array, packed: Uint8Array, index: number, from: FilePlace | undefined): Promise<number>
}

function lend(run: PackRun): Lent {
  const { how, chunkBytes, packedBytes, nchunks = Number.POSITIVE_INFINITY } = run
  if (typeof how === 'function') {
    const threads = new Alone()
    const pack = async (plain: Uint8Array, packed: Uint8Array, index: number): Promise<number> =>
      how(threads.workspace, plain, packed, index)
    return { threads, end: () => threads.end(), pack }
  }
  const load = {
    jobs: nchunks,
    nbytes: nchunks * chunkBytes,
    slot: { plain: chunkBytes, packed: packedBytes },
  }
  const { threads, end } = lendThreads({ ...run, ...load, packs: true }, how.module)
  const { module, name, params } = how
  return {
    threads,
    end,
    pack: (plain, packed, _index, from) =>
      threads.run(module, name, from === undefined ? params : { ...params, from }, plain, packed),
  }
}

/**
 * Packs chunks in order, in the calling thread or in as many as are worth it; a few chunks are in flight, however many
 * there are.
 * @throws what packing, `fill` and `take` throw; the signal's reason
 */
export async function packChunks(run: PackRun): Promise<void> {
  const { chunkBytes, packedBytes } = run
  const { threads, end, pack } = lend(run)
  let index = 0
  try {
    await inOrder<Slot, Filled & { index: number }, number>({
      slots: threads.slots,
      signal: run.signal,
      next: async (slot) => {
        const room = slot.plain(chunkBytes)
        const mayPass = threads.reaches(room, slot.packed(packedBytes))
        const filled = await run.fill(room, index, mayPass)
        if (filled === undefined) return undefined
        return { ...(typeof filled === 'number' ? { nbytes: filled } : filled), index: index++ }
      },
      work: (slot, item) => pack(slot.plain(item.nbytes), slot.packed(packedBytes), item.index, item.from),
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
