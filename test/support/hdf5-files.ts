// Builds HDF5 files out of the blocks that src/format/hdf5/write lays, with chunks that are stored as they are.

import { blosc2Filter } from '../../dist/format/hdf5/write/blosc2-filter.js'
import { ChunkFramer, chunkLayers, storedChunk as stored } from '../../dist/format/hdf5/write/chunk-frame.js'
import { ChunkRows } from '../../dist/format/hdf5/write/chunk-rows.js'
import { layFile } from '../../dist/format/hdf5/write/lay-file.js'
import { SUPERBLOCK_BYTES } from '../../dist/format/hdf5/write/superblock.js'
import type { NewDataset, NewGroup } from '../../dist/format/hdf5/write/tree.js'

type Members = Record<string, NewGroup | NewDataset>

export function group(members: Members = {}, attributes: Record<string, string> = {}): NewGroup {
  return {
    kind: 'group',
    members: new Map(Object.entries(members)),
    attributes: new Map(Object.entries(attributes)),
  }
}

function product(extents: readonly number[]): number {
  return extents.reduce((size, extent) => size * extent, 1)
}

/** A Blosc2 chunk of one block, without compression. */
export function storedChunk(plain: Uint8Array, itemsize: number): Uint8Array {
  return stored(plain, itemsize > 255 ? 1 : itemsize)
}

/** What makes the frames of chunks of one block. */
export function framerFor(itemsize: number, chunkshape: readonly number[]): ChunkFramer {
  const nbytes = product(chunkshape) * itemsize
  const meta = chunkLayers({ chunkshape, blockshape: chunkshape, dtype: `|V${itemsize}` })
  return new ChunkFramer({
    headerBytes: 0,
    frameBytes: 0,
    version: 2,
    variableChunks: false,
    variableBlocks: false,
    sparse: false,
    codec: 5,
    udcodec: 0,
    codecMeta: 0,
    level: 5,
    splitMode: 'auto',
    nbytes: 0,
    cbytes: 0,
    typesize: itemsize,
    blocksize: nbytes,
    chunksize: nbytes,
    threads: { compress: 1, decompress: 1 },
    filters: [],
    dictionary: false,
    hasVlmeta: false,
    meta,
  })
}

/** The plain bytes of a chunk: items in C order, with zeros outside of the array. */
function chunkOf(
  data: Uint8Array,
  shape: readonly number[],
  chunkShape: readonly number[],
  itemsize: number,
  position: number,
): Uint8Array {
  const start: number[] = []
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [extent = 1, chunk = 1] = [shape[axis], chunkShape[axis]]
    const count = Math.ceil(extent / chunk)
    start.unshift((rest % count) * chunk)
    rest = Math.floor(rest / count)
  }
  const bytes = new Uint8Array(product(chunkShape) * itemsize)
  for (let item = 0; item < product(chunkShape); item++) {
    let [inChunk, from, stride] = [item, 0, 1]
    for (let axis = shape.length - 1; axis >= 0 && from >= 0; axis--) {
      const [extent = 1, chunk = 1] = [shape[axis], chunkShape[axis]]
      const at = (start[axis] ?? 0) + (inChunk % chunk)
      inChunk = Math.floor(inChunk / chunk)
      from = at < extent ? from + at * stride : -1
      stride *= extent
    }
    if (from >= 0) bytes.set(data.subarray(from * itemsize, (from + 1) * itemsize), item * itemsize)
  }
  return bytes
}

export interface ArrayParts extends Pick<NewDataset, 'descr' | 'itemsize' | 'shape'> {
  data: Uint8Array
  chunkShape: readonly number[]
  maxShape?: NewDataset['maxShape']
  fill?: Uint8Array
  attributes?: Record<string, string>
  /** Default: Blosc2. */
  plain?: boolean
  /** Chunks that are left out. */
  missing?: readonly number[]
}

/** A file in the order of its writing: chunks first. */
export class NewFile {
  readonly #blocks: Uint8Array[] = [new Uint8Array(SUPERBLOCK_BYTES)]
  #position = SUPERBLOCK_BYTES

  /** @returns its address */
  add(block: Uint8Array): number {
    this.#blocks.push(block)
    this.#position += block.length
    return this.#position - block.length
  }

  array(parts: ArrayParts): NewDataset {
    const { data, chunkShape, descr, itemsize, shape, maxShape, fill, attributes = {}, plain = false } = parts
    const chunks = new ChunkRows()
    const framer = framerFor(itemsize, chunkShape)
    const count = shape.includes(0)
      ? 0
      : product(shape.map((extent, i) => Math.ceil(extent / (chunkShape[i] ?? 1))))
    // Backwards, as chunks may end in any order.
    for (let position = count - 1; position >= 0; position--) {
      if (parts.missing?.includes(position) === true) continue
      const bytes = chunkOf(data, shape, chunkShape, itemsize, position)
      const block = plain ? bytes : framer.frame(storedChunk(bytes, itemsize))
      chunks.add(position, { address: this.add(block), cbytes: block.length, mask: 0 })
    }
    const how = {
      blocksize: product(chunkShape) * itemsize,
      itemsize,
      chunkShape,
      level: 5,
      filter: 1,
      codec: 5,
    }
    return {
      kind: 'dataset',
      descr,
      itemsize,
      shape,
      ...(maxShape !== undefined && { maxShape }),
      ...(fill !== undefined && { fill }),
      attributes: new Map(Object.entries(attributes)),
      storage: { kind: 'chunked', chunkShape, chunks, filters: plain ? [] : [blosc2Filter(how)] },
    }
  }

  finish(root: NewGroup): Uint8Array {
    const laid = layFile(root, this.#position)
    let step = laid.next()
    for (; step.done !== true; step = laid.next()) this.#blocks.push(step.value)
    const bytes = Buffer.concat(this.#blocks)
    bytes.set(step.value)
    return bytes
  }
}
