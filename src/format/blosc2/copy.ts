// Copies the chunks of another container to a frame or an array.

import { isLinear } from '../../array/linear.js'
import { dtypeRepr, type NdarrayLayout } from '../../array/npy/index.js'
import { runOptionsOf } from '../../engine/options.js'
import { Workspace } from '../../kernels/workspace.js'
import type { ChunkStream } from '../chunk-stream.js'
import { frameChecksum } from '../chunks/compression.js'
import type { ChunkFit } from '../chunks/repack-chunk.js'
import { makesShapeBound } from '../chunks/shape-bound.js'
import type { CopyRequest } from '../container.js'
import { withoutArray } from '../described-metadata.js'
import { B2ND_LAYER, formatB2nd } from '../frame/array-layer.js'
import type { Layers } from '../frame/layers.js'
import type { Opened } from '../opened.js'
import type { ConcatResult, Output } from '../output.js'
import type { Format } from '../traits.js'
import { copyArray } from './chunks/copy-array.js'
import { type CopyOptions, copyFrame } from './chunks/copy-chunks.js'
import { copyStream } from './chunks/copy-stream.js'
import { jsonOf, layersOf } from './chunks/described.js'
import { type FrameFile, openFrame } from './chunks/frame-file.js'
import { type FrameOutput, openFrameOutput } from './chunks/frame-target.js'
import { linearArray } from './chunks/linear-copy.js'
import { ARRAY_LAYERS, JSON_LAYERS, markedLayers, without } from './layers-kept.js'
import type { NDArray } from './objects/ndarray.js'
import type { SChunk } from './objects/schunk.js'
import { OpenedFrame } from './opened.js'

/** What copied chunks become part of: fixed metalayers, and requirements on the chunks. */
interface Kept {
  meta: Layers
  fit?: ChunkFit
}

/** The array metalayer with the requested dtype. */
function withDtype(meta: Layers, { shape, chunks, blocks, dtype }: NDArray): Layers {
  const layer = formatB2nd({ shape, chunkshape: chunks, blockshape: blocks, dtype })
  return new Map([[B2ND_LAYER, layer], ...without(meta, ARRAY_LAYERS)])
}

/**
 * The dtype of the items in a frame without shape: from its description if one-dimensional, otherwise opaque.
 */
function linearDtype({ typesize }: SChunk, layout: NdarrayLayout | undefined): string | undefined {
  if (layout === undefined) return typesize === 1 ? '|u1' : `|V${typesize}`
  const { descr, shape, itemsize } = layout
  if (shape.length !== 1 || itemsize !== typesize) return undefined
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

/** @returns undefined if chunks cannot be copied */
async function keptOf(
  from: OpenedFrame,
  file: FrameFile,
  toArray: boolean,
  asked: string | undefined,
): Promise<Kept | undefined> {
  const { schunk, ndarray } = from
  const meta = markedLayers(schunk)(file.header.meta)
  if (toArray && ndarray !== undefined) return { meta: asked === undefined ? meta : withDtype(meta, ndarray) }
  if (!toArray && ndarray === undefined) return { meta }
  if (ndarray !== undefined) {
    const shapes = { shape: ndarray.shape, chunkshape: ndarray.chunks, blockshape: ndarray.blocks }
    return isLinear(shapes) ? { meta: without(meta, ARRAY_LAYERS) } : undefined
  }
  const dtype = linearDtype(schunk, from.array())
  const linear = dtype === undefined ? undefined : await linearArray(file, dtype)
  return linear && { meta: new Map([[B2ND_LAYER, linear.layer], ...meta]), fit: linear }
}

/** The variable-length metalayers, with other JSON metadata if these change. */
function vlmetaOf({ schunk, ndarray }: OpenedFrame, toArray: boolean, o: CopyRequest): Layers {
  const marked = markedLayers(schunk)(schunk.vlmeta)
  if (toArray === (ndarray !== undefined) && o.metadata === undefined) return marked
  const given = o.described ?? jsonOf(schunk.vlmeta)
  const own = layersOf(o.metadata ?? (toArray ? withoutArray(given) : given))
  return new Map([...without(marked, JSON_LAYERS), ...own])
}

async function copyOfFrame(
  from: OpenedFrame,
  toArray: boolean,
  out: () => Promise<FrameOutput>,
  o: CopyRequest,
  options: Omit<CopyOptions, 'vlmeta'>,
): Promise<ConcatResult | undefined> {
  const { directory } = from.place
  const file = await openFrame(from.source, new Workspace(), { directory })
  const kept = await keptOf(from, file, toArray, o.dtype)
  if (kept === undefined) return undefined
  const { meta, fit } = kept
  const isReshaped = toArray !== (from.ndarray !== undefined)
  if (isReshaped && makesShapeBound(file.header)) return undefined
  from.willReadAll()
  return copyFrame(file, { ...file.header, meta }, await out(), {
    ...options,
    ...(fit !== undefined && { fit }),
    isReshaped,
    vlmeta: vlmetaOf(from, toArray, o),
  })
}

/** C-Blosc2 before 4 slices by items, and fails across chunks that end within one. */
function areWholeItems({ chunkSize, typesize }: ChunkStream): boolean {
  return chunkSize === undefined || chunkSize % typesize === 0
}

async function copyOfArray(
  from: Opened,
  out: () => Promise<FrameOutput>,
  o: CopyRequest,
  options: Omit<CopyOptions, 'vlmeta'>,
): Promise<ConcatResult | undefined> {
  const stream = await from.arrayChunks?.()
  if (stream === undefined) return undefined
  const vlmeta = layersOf(o.metadata ?? withoutArray(o.described))
  return copyArray(stream, await out(), { ...options, vlmeta })
}

/** Copies the chunks of another container; see `Container.copy`. */
export async function copyFrom(
  from: Opened,
  output: Output,
  format: Format,
  o: CopyRequest,
): Promise<ConcatResult | undefined> {
  const out = (): Promise<FrameOutput> => openFrameOutput(output, o.sparse === true)
  const options = { ...runOptionsOf(o), ...frameChecksum(o) }
  const toArray = format.holds === 'array'
  if (from instanceof OpenedFrame) return copyOfFrame(from, toArray, out, o, options)
  if (toArray) return copyOfArray(from, out, o, options)
  const stream = from.chunks?.()
  if (stream === undefined || !areWholeItems(stream)) return undefined
  return copyStream(stream, out, { ...options, vlmeta: layersOf(o.metadata ?? o.described) })
}
