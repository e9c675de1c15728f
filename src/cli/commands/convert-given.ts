import { ARRAY_KEYS, dtypeRepr, type NdarrayLayout, ndarrayIn } from '../../array/npy/index.js'
import type { ByteSink } from '../../bytes/byte-sink.js'
import { usage } from '../../core/errors.js'
import { membersOf, objectOf } from '../../core/json/edit.js'
import { type CopyResult, copyArchive, copyFrame } from '../../format/blosc2/chunks/copy-chunks.js'
import { arrayOfFrame, JSON_LAYER, jsonOf, layersOf } from '../../format/blosc2/chunks/described.js'
import { type FrameFile, openFrame } from '../../format/blosc2/chunks/frame-file.js'
import { withOwnOf } from '../../format/blosc2/chunks/frame-ids.js'
import type { FrameOutput } from '../../format/blosc2/chunks/frame-target.js'
import { type ChunkFit, linearArray } from '../../format/blosc2/chunks/linear-copy.js'
import { B2ND_LAYER, CATERVA_LAYER, formatB2nd } from '../../format/blosc2/frame/array-layer.js'
import type { Layers } from '../../format/blosc2/frame/layers.js'
import { isObjectLayer } from '../../format/blosc2/frame/objects.js'
import { TENSOR_LAYER } from '../../format/blosc2/frame/tensor.js'
import { isLinear } from '../../format/blosc2/objects/linear.js'
import type { NDArray } from '../../format/blosc2/objects/ndarray.js'
import { piecesOf } from '../../format/blosc2/objects/pieces.js'
import { select } from '../../format/blosc2/objects/regions.js'
import type { SChunk } from '../../format/blosc2/objects/schunk.js'
import { Archive } from '../../format/bloscpack/archive.js'
import { rangePieces } from '../../format/bloscpack/range-threads.js'
import { Workspace } from '../../kernels/workspace.js'
import { BytesPlainSource } from '../../sources/plain.js'
import { StreamSource } from '../../sources/stream.js'
import type { ContainerName } from '../archive-name.js'
import type { ContainerInput } from '../containers.js'
import type { Context } from '../context.js'
import { arrayJson } from '../described-input.js'
import { checksumOption } from '../flags/blosc2-options.js'
import { runOptions, withArray } from '../flags/codec-flags.js'
import { layoutOf, type OpenedFrame } from '../frames.js'
import type { ProgressView } from '../view/progress.js'
import type { Job } from './compress.js'

/** What there is to convert. */
export interface Given {
  plain: () => BytesPlainSource
  /** Plain bytes; undefined where the input does not know. */
  nbytes: number | undefined
  /** Is it an array in chunks of a shape? */
  isArray: boolean
  /** Metadata of the input, as JSON; those of an array among them. */
  json: string | undefined
  /** Metalayers that say something else than what array it is. */
  kept: { meta: Layers; vlmeta: Layers }
  /**
   * Copies the chunks; undefined where the output cannot have them as they are. `json` takes the place of the
   * metadata that are there, where it is given.
   */
  copy: ((json: string | undefined, sink: FrameOutput) => Promise<CopyResult>) | undefined
}

/** One run of the command. */
export interface Work {
  job: Job
  view: ProgressView
  context: Context
  /** Opens the output. */
  open: () => Promise<ByteSink>
  /** The same for a frame, which may be a directory. */
  openFrame: () => Promise<FrameOutput>
}

const ARRAY_LAYERS: readonly string[] = [B2ND_LAYER, CATERVA_LAYER]
const OWN_LAYERS: readonly string[] = [JSON_LAYER, TENSOR_LAYER]

function without(layers: Layers, names: readonly string[]): Layers {
  return new Map([...layers].filter(([name]) => !names.includes(name)))
}

/** Plain numbers do not carry marks of what they were, and a copy of a proxy's cache is no cache. */
function plainLayers(layers: Layers): Layers {
  return new Map([...layers].filter(([name]) => !isObjectLayer(name)))
}

function plainOf(
  name: string,
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  typesize: number,
  json: string | undefined,
): BytesPlainSource {
  const traits = { size, typesize, ...(json !== undefined && { metadata: json }) }
  return new BytesPlainSource(new StreamSource(pieces, name, size), traits)
}

/** Metadata without what describes an array, which a `.b2nd` says in its own way. */
export function ownJson(json: string | undefined): string | undefined {
  if (json === undefined || ndarrayIn(json) === undefined) return json
  const own = membersOf(json)?.filter(({ key }) => !ARRAY_KEYS.includes(key)) ?? []
  return own.length === 0 ? undefined : objectOf(own)
}

/** What a Bloscpack archive gives. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED */
export async function givenArchive(input: ContainerInput, { job, view, context }: Work): Promise<Given> {
  const { maxChunk } = context.options
  const archive = await Archive.open(input.source, maxChunk === undefined ? {} : { maxChunk })
  const { metadata: json } = archive
  const plain = (): BytesPlainSource => {
    const { nbytes } = archive
    if (nbytes === undefined)
      throw usage(
        'the archive was written to a pipe and does not know its size: decompress it, and pack that',
      )
    const pieces = rangePieces(archive, { start: 0, stop: nbytes }, runOptions(context, view))
    return plainOf(archive.source.name, pieces, nbytes, Math.max(1, archive.header.typesize), json)
  }
  // C-Blosc2 before 4 slices by items, and finds none across chunks that end within one.
  const { typesize, chunkSize } = archive.header
  const areWhole = chunkSize === undefined || chunkSize % Math.max(1, typesize) === 0
  const copy =
    job.container === 'b2frame' && areWhole
      ? (text: string | undefined, sink: FrameOutput) =>
          copyArchive(archive, sink, {
            ...runOptions(context, view),
            ...checksumOption(context.options),
            vlmeta: layersOf(text ?? json),
          })
      : undefined
  const kept = { meta: new Map(), vlmeta: new Map() }
  return { plain, json, kept, copy, nbytes: archive.nbytes, isArray: false }
}

/** The metalayer of an array with the dtype that was asked for. */
function withDtype(meta: Layers, { shape, chunks, blocks, dtype }: NDArray): Layers {
  const layer = formatB2nd({ shape, chunkshape: chunks, blockshape: blocks, dtype })
  return new Map([[B2ND_LAYER, layer], ...without(meta, ARRAY_LAYERS)])
}

/** Lists, batches and objects stay what they are where their chunks are copied. */
function keptMarks({ object }: SChunk): (layers: Layers) => Layers {
  return object?.holds === 'other' ? (layers) => layers : plainLayers
}

/** What the chunks of a frame become part of as they are: fixed metalayers, and what chunks must be like. */
interface Copied {
  meta: Layers
  fit?: ChunkFit
}

/** The dtype of the items of a frame without shape: what describes it as one dimension, else opaque items. */
function linearDtype(schunk: SChunk, layout: NdarrayLayout | undefined): string | undefined {
  const { typesize } = schunk
  if (layout === undefined) return typesize === 1 ? '|u1' : `|V${typesize}`
  const { descr, shape, itemsize } = layout
  if (shape.length !== 1 || itemsize !== typesize) return undefined
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

/** @returns undefined where chunks cannot be copied */
async function copied(
  { schunk, array }: OpenedFrame,
  file: FrameFile,
  layout: NdarrayLayout | undefined,
  container: ContainerName,
  asked: string | undefined,
): Promise<Copied | undefined> {
  const meta = keptMarks(schunk)(file.header.meta)
  const toArray = container === 'b2nd'
  if (toArray && array !== undefined) return { meta: asked === undefined ? meta : withDtype(meta, array) }
  if (!toArray && array === undefined) return { meta }
  if (array !== undefined) {
    const shapes = { shape: array.shape, chunkshape: array.chunks, blockshape: array.blocks }
    return isLinear(shapes) ? { meta: without(meta, ARRAY_LAYERS) } : undefined
  }
  const dtype = linearDtype(schunk, layout)
  const linear = dtype === undefined ? undefined : await linearArray(file, dtype)
  return linear && { meta: new Map([[B2ND_LAYER, linear.layer], ...meta]), fit: linear }
}

async function copyOf(
  input: ContainerInput,
  frame: OpenedFrame,
  layout: NdarrayLayout | undefined,
  json: string | undefined,
  { job, view, context }: Work,
): Promise<Given['copy']> {
  const { schunk, array } = frame
  const toArray = job.container === 'b2nd'
  if (job.container === 'blp') return undefined
  const file = await openFrame(frame.source, new Workspace(), { directory: input.directory })
  const how = await copied(frame, file, layout, job.container, context.options.dtype)
  if (how === undefined) return undefined
  const { meta, fit } = how
  return (text, sink) => {
    const own = layersOf(text ?? (toArray ? ownJson(json) : json))
    const isKept = toArray === (array !== undefined) && text === undefined
    const marked = keptMarks(schunk)(schunk.vlmeta)
    const vlmeta = isKept ? marked : new Map([...without(marked, OWN_LAYERS), ...own])
    frame.willReadAll()
    const options = {
      ...runOptions(context, view),
      ...checksumOption(context.options),
      ...(fit !== undefined && { fit }),
      vlmeta,
    }
    return copyFrame(file, { ...file.header, meta }, sink, options)
  }
}

/** The metadata of a frame as a Bloscpack archive has them. */
function jsonOfFrame(
  own: string | undefined,
  layout: NdarrayLayout | undefined,
  isArray: boolean,
): string | undefined {
  if (layout === undefined || (!isArray && own !== undefined)) return own
  return withArray(ownJson(own), arrayJson(layout)) ?? arrayJson(layout)
}

/** What a frame or an array gives. @throws BlpkError DAMAGED, UNSUPPORTED */
export async function givenFrame(input: ContainerInput, frame: OpenedFrame, work: Work): Promise<Given> {
  const { schunk, array } = frame
  const layout = array === undefined ? arrayOfFrame(schunk) : layoutOf(array)
  const described = jsonOfFrame(jsonOf(schunk.vlmeta), layout, array !== undefined)
  const json = work.job.container === 'blp' ? withOwnOf(schunk.vlmeta, described) : described
  const plain = (): BytesPlainSource => {
    frame.willReadAll()
    const { name } = input.source
    if (array === undefined) return plainOf(name, piecesOf(schunk), schunk.nbytes, schunk.typesize, json)
    const { pieces, nbytes } = select(array)
    return plainOf(name, pieces(), nbytes, schunk.typesize, json)
  }
  const kept = {
    meta: plainLayers(without(schunk.meta, ARRAY_LAYERS)),
    vlmeta: plainLayers(without(schunk.vlmeta, OWN_LAYERS)),
  }
  const copy = await copyOf(input, frame, array === undefined ? layout : undefined, json, work)
  const nbytes = array === undefined ? schunk.nbytes : array.size * schunk.typesize
  return { plain, json, kept, copy, nbytes, isArray: array !== undefined }
}
