// A change of an array that stays private until it is complete.

import { boxShape, type Partition, partition, product } from '../../../array/geometry.js'
import { choosePartitions } from '../../../array/partitions.js'
import type { Pick1 } from '../../../array/picks.js'
import { asBytes, type Data } from '../../../core/data.js'
import { usage } from '../../../core/errors.js'
import type { ArrayStore } from '../../chunks/array-reader.js'
import type { PartSource } from '../../chunks/part-task.js'
import { type B2ndMeta, formatB2nd } from '../../frame/array-layer.js'
import { type PackChunks, regrid, writeBox } from '../chunks/array-writer.js'
import { writePicks } from '../chunks/pick-writer.js'
import { rangesOf } from './array-keys.js'
import { readMeta } from './array-meta.js'
import type { SChunk } from './schunk.js'

/** The description of an array, and the name of its metalayer. */
export interface Described {
  layer: Uint8Array | undefined
  meta: B2ndMeta
  cut: Partition
}

/** @throws BlpkError DAMAGED, UNSUPPORTED; USAGE if there is no array */
export function describe(schunk: SChunk, layer: Uint8Array | undefined): Described {
  const meta = readMeta(schunk)
  return { layer, meta, cut: partition(meta) }
}

export function storeOf(parts: PartSource, { cut }: Described, itemBytes: number): ArrayStore {
  return { ...parts, partition: cut, itemBytes }
}

/** An unpublished change of an array. */
export class ArrayDraft {
  readonly #schunk: SChunk
  readonly #parts: PartSource
  readonly #pack: PackChunks

  constructor(schunk: SChunk, parts: PartSource, pack: PackChunks) {
    this.#schunk = schunk
    this.#parts = parts
    this.#pack = pack
  }

  /** Overwrites the items that keys select. @throws BlpkError USAGE */
  async write(to: Described, keys: readonly (Pick1 | undefined)[], data: Data): Promise<undefined> {
    const ranges = rangesOf(to.meta.shape, keys)
    const start = ranges.map((range) => range.at(0))
    const stop = ranges.map(({ count }, i) => (start[i] ?? 0) + count)
    const bytes = asBytes(data)
    const { typesize } = this.#schunk
    const wanted = product(boxShape({ start, stop })) * typesize
    if (bytes.length !== wanted && bytes.length !== typesize)
      throw usage(
        `${bytes.length} bytes were given for a part of ${wanted} bytes; give all of it, or one item`,
      )
    const store = storeOf(this.#parts, to, typesize)
    if (bytes.length === wanted && ranges.every(({ dense }) => dense))
      await writeBox(store, { bytes, box: { start, stop } }, this.#pack)
    else await writePicks(store, ranges, bytes, this.#pack)
  }

  /** Changes the shape; new chunks are zeros. @throws BlpkError USAGE */
  reshape({ meta, cut: from }: Described, shape: readonly number[]): Described {
    const { chunkshape, blockshape, dtype } = meta
    const { typesize } = this.#schunk
    const { chunks } = this.#parts
    // Empty arrays may have chunks of extent 0, which cannot grow.
    const kept = chunkshape.includes(0) ? [] : ([chunkshape, blockshape] as const)
    const parts = choosePartitions(shape, typesize, ...kept)
    const cut = partition(parts)
    if (kept.length === 0) {
      chunks.chunksize = cut.chunkItems * typesize
      this.#schunk.setCompression({ blockSize: cut.blockItems * typesize })
    }
    chunks.replaceAll(regrid(chunks.entries, from, cut))
    const described = { ...parts, dtype }
    return { layer: formatB2nd(described), meta: described, cut }
  }

  /** Chunks at the old edge may still hold data beyond a former, smaller shape. */
  async clearEdges(old: readonly number[], to: Described): Promise<void> {
    const { shape, chunkshape } = to.meta
    for (const [axis, extent] of old.entries()) {
      const chunk = chunkshape[axis] ?? 1
      const stop = Math.min(Math.ceil(extent / Math.max(chunk, 1)) * chunk, shape[axis] ?? 0)
      if (stop <= extent || shape.includes(0)) continue
      const keys = shape.map((_, i) => (i === axis ? { start: extent, stop } : undefined))
      await this.write(to, keys, new Uint8Array(this.#schunk.typesize))
    }
  }
}
