import type { FilePlace } from '../../../bytes/file-place.js'
import type { BlockHook } from '../../../chunk/blosc2/decode.js'
import { encodeChunk2Into, maxChunk2Bytes } from '../../../chunk/blosc2/encode.js'
import type { Chunk2Params } from '../../../chunk/blosc2/params.js'
import { codeOf } from '../../../chunk/blosc2/portable.js'
import { attempt } from '../../../core/io-errors.js'
import type { MaybePromise } from '../../../core/maybe-promise.js'
import { writeFully } from '../../../disk/fully.js'
import { inOrder } from '../../../engine/in-order.js'
import { threadsFor, withPool } from '../../../engine/pools.js'
import { MAX_ARENA_CHUNK } from '../../../engine/slot.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { jobs, prepareModules } from './blosc2-job.js'
import { type PortableParams, portableParams } from './cparams.js'

/** Chunks that are to be packed, one after another. */
export interface ChunkRun {
  /** How many there are, where it is known. */
  nchunks?: number | undefined
  /** Plain size of the largest chunk, in bytes. */
  chunkBytes: number
  /** All cores by default; 1 for the calling thread. */
  threads?: number | undefined
  /** Stops before the next chunk. */
  signal?: AbortSignal | undefined
  /** What changes the blocks of a chunk before they are compressed, where something does. */
  prefilterOf?: ((index: number) => BlockHook | undefined) | undefined
  /**
   * Puts the plain bytes of the next chunk into `room`, whatever that held before.
   * @param index from 0, in order
   * @returns how many bytes it has; undefined at the end
   */
  fill(room: Uint8Array, index: number): MaybePromise<number | undefined>
  /**
   * Takes the packed chunks, in order; the bytes may be used until the promise is kept.
   * @returns where else they are to be written, in a file: whoever has the time does that
   */
  take(packed: Uint8Array, index: number, nbytes: number): MaybePromise<FilePlace | undefined>
}

function roomFor(ws: Workspace, name: 'chunk' | 'part', nbytes: number): Uint8Array {
  return nbytes > MAX_ARENA_CHUNK ? new Uint8Array(nbytes) : ws.view(ws.scratch(name, nbytes), nbytes)
}

async function packHere(params: Chunk2Params, run: ChunkRun): Promise<void> {
  await withWorkspace((ws) => {
    const { chunkBytes } = run
    const slot = {
      plain: roomFor(ws, 'chunk', chunkBytes),
      packed: roomFor(ws, 'part', maxChunk2Bytes(chunkBytes)),
    }
    let index = 0
    return inOrder<typeof slot, { nbytes: number; index: number }, number>({
      slots: [slot],
      signal: run.signal,
      next: async ({ plain }) => {
        const nbytes = await run.fill(plain, index)
        return nbytes === undefined ? undefined : { nbytes, index: index++ }
      },
      work: ({ plain, packed }, item) => {
        const prefilter = run.prefilterOf?.(item.index)
        return encodeChunk2Into(ws, { ...params, prefilter }, plain.subarray(0, item.nbytes), packed)
      },
      done: async ({ packed }, item, cbytes) => {
        const bytes = packed.subarray(0, cbytes)
        const to = await run.take(bytes, item.index, item.nbytes)
        if (to !== undefined) attempt('write', to.name, () => writeFully(to.fd, bytes, to.position))
        return undefined
      },
    })
  })
}

async function packThere(params: PortableParams, run: ChunkRun, threads: number): Promise<void> {
  const { chunkBytes } = run
  const room = maxChunk2Bytes(chunkBytes)
  let index = 0
  await withPool({ threads, slotBytes: chunkBytes + room, module: jobs }, (pool, slots) =>
    inOrder<(typeof slots)[number], { nbytes: number; index: number }, number>({
      slots,
      signal: run.signal,
      next: async (slot) => {
        const nbytes = await run.fill(slot.plain(chunkBytes), index)
        return nbytes === undefined ? undefined : { nbytes, index: index++ }
      },
      work: (slot, { nbytes }) => pool.run(jobs, 'encode', params, slot.plain(nbytes), slot.packed(room)),
      done: async (slot, item, cbytes) => {
        const bytes = slot.packed(room).subarray(0, cbytes)
        const to = await run.take(bytes, item.index, item.nbytes)
        return to === undefined ? undefined : { free: pool.write(to, bytes) }
      },
    }),
  )
}

/**
 * Packs Blosc2 chunks in order, in the calling thread or in as many as are worth it; a few chunks are in flight,
 * however many there are. Prefilters, and codecs and filters of users whose module is not known, run in the calling thread.
 * @throws BlpkError USAGE, and what `fill` and `take` throw; the signal's reason
 */
export async function packChunks2(params: Chunk2Params, run: ChunkRun): Promise<void> {
  const { nchunks = Number.POSITIVE_INFINITY, chunkBytes, threads } = run
  const portable = run.prefilterOf === undefined ? portableParams(params) : undefined
  const load = {
    threads,
    pieces: nchunks,
    nbytes: nchunks * chunkBytes,
    // It is for level 5; how much slower codecs are at others does not matter for the choice.
    speed: params.codec.traits.speed.compress,
    slotBytes: maxChunk2Bytes(chunkBytes),
  }
  const hands = portable === undefined ? 0 : threadsFor(load)
  if (portable === undefined || hands === 0) return packHere(params, run)
  prepareModules(codeOf(params.codec, params.filters).modules)
  await packThere(portable, run, hands)
}
