// Packs an array into a frame.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chunkCount, type Partition, partition } from '../../../array/geometry.js'
import { dtypeRepr, type NdarrayLayout, numpyOrder } from '../../../array/npy/index.js'
import { choosePartitions } from '../../../array/partitions.js'
import type { FilePlace } from '../../../bytes/file-place.js'
import { changedError, usage } from '../../../core/errors.js'
import { attempt } from '../../../core/io-errors.js'
import { readFully } from '../../../disk/fully.js'
import type { RunOptions } from '../../../engine/options.js'
import { checkEnd } from '../../../engine/plain-chunks.js'
import { spool } from '../../../engine/spool.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { PlainSource } from '../../../sources/plain.js'
import { B2ND_LAYER, formatB2nd } from '../frame/array-layer.js'
import type { Layers } from '../frame/layers.js'
import { traitsOf } from '../frame/schunk-traits.js'
import {
  type ArrayInput,
  arrayChunks,
  type PlainChunk,
  type ReadItems,
  stretchAxis,
  stretchBytes,
} from './array-chunks.js'
import type { FrameChecksum } from './checksums.js'
import { type CompressionOptions, resolveParams } from './cparams.js'
import { FrameSink } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'
import { newFrameHeader } from './new-header.js'
import type { FrameResult } from './pack-frame.js'
import { type PlainChunks, packInto } from './pack-into.js'
import { checkForPeers } from './peer-limits.js'

/** Maximum of plain bytes read at once, if the input can be read at any position. */
const MAX_STRETCH = 128 * 2 ** 20

/** How plain bytes are packed into an array. */
export interface ArrayPacking extends CompressionOptions, RunOptions {
  /** Shapes of chunks and blocks, in items. Default: chosen by a rule similar to python-blosc2's. */
  chunks?: readonly number[]
  blocks?: readonly number[]
  /** Additional fixed metalayers. */
  meta?: Layers
  /** Variable-length metalayers, uncompressed. */
  vlmeta?: Layers
  /** `xxh64` (default) stores a checksum of each chunk; `none` does not. */
  checksum?: FrameChecksum
  /** Called once it is known how the array is divided. */
  onPlan?: (partition: Partition) => void
}

/** NumPy's type string, or the fields of a structured type as a Python literal, for the metalayer. */
function b2ndDtype({ descr }: Pick<NdarrayLayout, 'descr'>): string {
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

/** Reads from start to end. */
function inTurn(source: PlainSource): ReadItems {
  return async (_, into) => {
    if ((await source.read(into)) < into.length) throw changedError(source.name, 'shorter')
  }
}

function atPositions({ fd, position, name }: FilePlace, itemBytes: number): ReadItems {
  return async (start, into) => {
    const n = attempt('read', name, () => readFully(fd, into, position + start * itemBytes))
    if (n < into.length) throw changedError(name, 'shorter')
  }
}

async function packStretches(
  source: PlainSource,
  input: ArrayInput,
  pack: (axis: number, read: ReadItems) => Promise<number>,
): Promise<number> {
  const axis = stretchAxis(input, MAX_STRETCH)
  if (axis === 0 || stretchBytes(input, 0) <= MAX_STRETCH) {
    const nbytes = await pack(0, inTurn(source))
    await checkEnd(source)
    return nbytes
  }
  if (source.place !== undefined) return pack(axis, atPositions(source.place, input.itemBytes))
  const held = await spool(source, join(tmpdir(), 'blpk'))
  try {
    if (held.place === undefined) throw changedError(source.name, 'shorter')
    return await pack(axis, atPositions(held.place, input.itemBytes))
  } finally {
    await held.close()
  }
}

/** The chunks of an array, in order. @param nbytes plain size of each, in bytes */
export function chunksIn(chunks: AsyncIterable<PlainChunk>, nbytes: number, count: number): PlainChunks {
  const source = chunks[Symbol.asyncIterator]()
  const places: number[] = []
  return {
    chunkBytes: nbytes,
    total: count * nbytes,
    fill: async (room) => {
      const next = await source.next()
      if (next.done === true) return undefined
      places.push(next.value.index)
      room.set(next.value.plain)
      return next.value.plain.length
    },
    placeOf: (i) => places[i] ?? 0,
  }
}

/**
 * Packs an array into a frame with an array metalayer (README_B2ND_METALAYER). Input in Fortran order is
 * converted to C order. A stretch of whole rows of chunks is held in memory. If that is too large and the
 * input is not a file, it is copied to a temporary file.
 * @param layout the array in the source
 * @throws BlpkError USAGE for invalid options; no output is left then
 */
export async function packArray(
  source: PlainSource,
  layout: NdarrayLayout,
  sink: FrameOutput,
  o: ArrayPacking = {},
): Promise<FrameResult> {
  let frame: FrameSink | undefined
  try {
    const { shape, itemsize: itemBytes } = layout
    if (itemBytes < 1)
      throw usage(`items of the dtype ${b2ndDtype(layout)} have 0 bytes: there is nothing to pack`)
    const cut = partition(choosePartitions(shape, itemBytes, o.chunks, o.blocks))
    const layer = formatB2nd({ ...cut, dtype: b2ndDtype(layout) })
    const meta = new Map([[B2ND_LAYER, layer], ...(o.meta ?? [])])
    checkForPeers(o, itemBytes)
    const chunksize = Math.max(cut.chunkItems, 1) * itemBytes
    const nchunks = chunkCount(cut)
    const { vlmeta = new Map() } = o
    const schunk = traitsOf({ typesize: itemBytes, chunksize, nbytes: nchunks * chunksize, meta }, vlmeta)
    const blockSize = Math.max(cut.blockItems, 1) * itemBytes
    const params = resolveParams({ ...o, blockSize }, { schunk, blockshape: cut.blockshape })
    const ws = new Workspace()
    frame = new FrameSink(ws, sink, { ...newFrameHeader(params, meta), chunksize }, o.checksum)
    o.onPlan?.(cut)
    await frame.begin({ nbytes: nchunks * chunksize, nchunks })
    const input: ArrayInput = { partition: cut, itemBytes, order: numpyOrder(layout) }
    const target = frame
    const nbytes = await packStretches(source, input, (axis, read) =>
      packInto(target, params, chunksIn(arrayChunks(input, axis, read), chunksize, nchunks), o),
    )
    return { ...(await frame.finish(nbytes, vlmeta)), nbytes: layout.nbytes }
  } catch (error) {
    await (frame === undefined ? sink.discard() : frame.abort())
    throw error
  }
}
