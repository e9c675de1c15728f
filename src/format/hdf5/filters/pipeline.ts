// Undoes the filters of a stored chunk, the last one first (HDF5 File Format Specification 4.0, IV.A.2.l).

import { damaged, type ErrorPlace } from '../../../core/errors.js'
import type { Workspace } from '../../../kernels/workspace.js'
import type { FilterSpec } from '../model.js'
import { decoderOf } from './registry.js'
import type { Decoder, Stage } from './stage.js'

/** How a chunk is stored. */
export interface StoredChunk {
  /** In the order of packing. */
  readonly filters: readonly FilterSpec[]
  /** Bit i: filter i was left out. */
  readonly mask: number
  /** Plain size, in bytes. */
  readonly chunkBytes: number
  /** Size of an item, in bytes. */
  readonly itemBytes: number
}

/** A filter that was used. */
interface Used {
  readonly filter: FilterSpec
  readonly decoder: Decoder
}

/** What a filter may add to data that it cannot make smaller: a part of them, and bytes. */
const GROWTH = { part: 8, bytes: 2 ** 16 }

/** The filters that a chunk was stored with. @throws BlpkError UNSUPPORTED */
function usedFilters({ filters, mask }: Pick<StoredChunk, 'filters' | 'mask'>): Used[] {
  const isUsed = (i: number): boolean => i >= 32 || ((mask >>> i) & 1) === 0
  return filters.filter((_, i) => isUsed(i)).map((filter) => ({ filter, decoder: decoderOf(filter) }))
}

/** Speed of undoing all filters in one thread, in MB/s; undefined without filters. @throws BlpkError UNSUPPORTED */
export function pipelineSpeed(filters: readonly FilterSpec[]): number | undefined {
  if (filters.length === 0) return undefined
  return 1 / filters.reduce((time, filter) => time + 1 / decoderOf(filter).speed, 0)
}

/** Most bytes that a filter may have got: all of the chunk, and what filters before it may have added. */
function mostBefore(before: readonly Used[], chunkBytes: number): number {
  if (before.every(({ decoder }) => decoder.keepsSize === true)) return chunkBytes
  return chunkBytes + Math.floor(chunkBytes / GROWTH.part) + GROWTH.bytes
}

/** Most bytes that a chunk may take in the file. @throws BlpkError UNSUPPORTED */
export function mostStored(filters: readonly FilterSpec[], chunkBytes: number): number {
  return mostBefore(usedFilters({ filters, mask: 0 }), chunkBytes)
}

/** Memory for what comes out of stages: two areas in turn, and at the end the chunk's own place. */
class Rooms {
  readonly #ws: Workspace
  readonly #out: Uint8Array | undefined
  #turn = false

  constructor(ws: Workspace, out: Uint8Array) {
    this.#ws = ws
    this.#out = ws.addressOf(out) === undefined ? undefined : out
  }

  give(nbytes: number, isLast: boolean): Uint8Array {
    if (isLast && this.#out !== undefined && nbytes === this.#out.length) return this.#out
    this.#turn = !this.#turn
    return this.#ws.view(this.#ws.scratch(this.#turn ? 'stage' : 'next stage', nbytes), nbytes)
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset
}

/** Copies into the chunk's place what does not lie there already. */
function deliver(bytes: Uint8Array, out: Uint8Array, place: ErrorPlace): void {
  if (bytes.length !== out.length)
    throw damaged(`the chunk has ${bytes.length} bytes instead of ${out.length}`, place)
  if (!isSame(bytes, out)) out.set(bytes)
}

/**
 * Decodes a chunk.
 * @param stored the bytes in the file; they must not overlap with `out`
 * @param out of `chunkBytes` bytes, best in the arena
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function decodeChunk(
  ws: Workspace,
  stored: Uint8Array,
  chunk: StoredChunk,
  out: Uint8Array,
  place: ErrorPlace = {},
): Promise<void> {
  const used = usedFilters(chunk)
  const rooms = new Rooms(ws, out)
  let bytes = stored
  for (let i = used.length - 1; i >= 0; i--) {
    const { filter, decoder } = used[i] as Used
    const stage: Stage = {
      ws,
      values: filter.values,
      most: mostBefore(used.slice(0, i), chunk.chunkBytes),
      itemBytes: chunk.itemBytes,
      place,
      room: (nbytes) => rooms.give(nbytes, i === 0),
    }
    const result = decoder.decode(stage, bytes)
    bytes = result instanceof Uint8Array ? result : await result
    if (bytes.length > stage.most)
      throw damaged(`the chunk holds ${bytes.length} bytes, more than it may have`, place)
  }
  deliver(bytes, out, place)
}
