// The job of a thread on chunks of HDF5: to undo the filters of one.

import { copyInArena } from '../../array/arena-runs.js'
import { type AxisRuns, copyAxes } from '../../array/runs.js'
import type { FilePlace } from '../../bytes/file-place.js'
import { damaged, type ErrorPlace } from '../../core/errors.js'
import { type From, fill } from '../../engine/fill.js'
import type { JobModule } from '../../engine/job.js'
import { fitsArena } from '../../engine/slot.js'
import type { Workspace } from '../../kernels/workspace.js'
import { decodeChunk, type StoredChunk } from './filters/pipeline.js'

/** Bytes behind a chunk that readers of streams may look at. */
const SLACK = 64

/** A chunk to decode. */
export interface DecodeParams extends From {
  /** Its position in a file; undefined if its bytes were passed along. */
  from?: FilePlace | undefined
  /** Stored size, in bytes. */
  cbytes: number
  chunk: StoredChunk
  /** Where its items go in memory for more than the chunk; without it, the memory is for the whole chunk. */
  axes?: readonly AxisRuns[] | undefined
  place: ErrorPlace
}

export const jobs: JobModule<ReturnType<typeof open>> = {
  url: new URL('./hdf5-job.js', import.meta.url).href,
  open,
}

function open(ws: Workspace) {
  return {
    /** @returns plain size of the chunk, in bytes */
    async decode(p: DecodeParams, plain: Uint8Array, packed?: Uint8Array): Promise<number> {
      const { chunk, axes, place } = p
      const stored = packed ?? readStored(ws, p)
      if (axes === undefined) await decodeChunk(ws, stored, chunk, plain, place)
      else {
        const whole = room(ws, 'result', chunk.chunkBytes)
        await decodeChunk(ws, stored, chunk, whole, place)
        placeItems(ws, whole, axes, chunk.itemBytes, plain)
      }
      return chunk.chunkBytes
    },
  }
}

/** Memory in the arena, or elsewhere for what is too large for it. */
function room(ws: Workspace, name: 'chunk' | 'result', nbytes: number): Uint8Array {
  if (!fitsArena(nbytes)) return new Uint8Array(nbytes)
  return ws.view(ws.scratch(name, nbytes + SLACK), nbytes)
}

function readStored(ws: Workspace, { from, cbytes, place }: DecodeParams): Uint8Array {
  if (from === undefined) throw damaged('there are no bytes to read', place)
  const bytes = room(ws, 'chunk', cbytes)
  if (!fill({ from }, bytes)) throw damaged('the chunk is truncated', place)
  return bytes
}

/** Copies items to their places. */
function placeItems(
  ws: Workspace,
  from: Uint8Array,
  axes: readonly AxisRuns[],
  itemBytes: number,
  to: Uint8Array,
): void {
  const [source, target] = [ws.addressOf(from), ws.addressOf(to)]
  if (source === undefined || target === undefined) copyAxes(axes, itemBytes, from, to)
  else copyInArena(ws, axes, itemBytes, source, target)
}
