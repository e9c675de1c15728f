import { arrayOfFrame, JSON_LAYER, jsonOf, layersOf } from '../blosc2/described.js'
import { isLinear } from '../blosc2/linear.js'
import { piecesOf } from '../blosc2/pieces.js'
import { select } from '../blosc2/regions.js'
import { TENSOR_LAYER } from '../blosc2/tensor.js'
import { Archive } from '../engine/archive.js'
import { type CopyResult, copyArchive, copyFrame } from '../engine/blosc2/copy-chunks.js'
import { openFrame } from '../engine/blosc2/frame-file.js'
import { RangeReader } from '../engine/range.js'
import { usage } from '../errors.js'
import { B2ND_LAYER, CATERVA_LAYER } from '../format/b2nd/meta.js'
import type { Layers } from '../format/frame/layers.js'
import { toJson } from '../format/json.js'
import { membersOf, objectOf } from '../format/json-edit.js'
import { dtypeRepr, type NdarrayLayout, ndarrayMetadata, parseNdarrayMetadata } from '../format/npy/index.js'
import { Workspace } from '../kernels/workspace.js'
import type { ByteSink } from '../sinks/byte-sink.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import { StreamSource } from '../sources/stream.js'
import { runOptions, withArray } from './codec-flags.js'
import type { Job } from './compress.js'
import type { ContainerInput } from './containers.js'
import type { Context } from './context.js'
import { layoutOf, type OpenedFrame } from './frames.js'
import type { ProgressView } from './progress.js'

/** What there is to convert. */
export interface Given {
  plain: () => PlainSource
  /** Metadata of the input, as JSON; those of an array among them. */
  json: string | undefined
  /** Metalayers that say something else than what array it is. */
  kept: { meta: Layers; vlmeta: Layers }
  /**
   * Copies the chunks; undefined where the output cannot have them as they are. `json` takes the place of the
   * metadata that are there, where it is given.
   */
  copy: ((json: string | undefined, sink: ByteSink) => Promise<CopyResult>) | undefined
}

/** One run of the command. */
export interface Work {
  job: Job
  view: ProgressView
  context: Context
  open: () => Promise<ByteSink>
}

/** Keys of Bloscpack's metadata that describe an array. */
export const ARRAY_KEYS: readonly string[] = ['dtype', 'shape', 'order', 'container']
const ARRAY_LAYERS: readonly string[] = [B2ND_LAYER, CATERVA_LAYER]
const OWN_LAYERS: readonly string[] = [JSON_LAYER, TENSOR_LAYER]

function without(layers: Layers, names: readonly string[]): Layers {
  return new Map([...layers].filter(([name]) => !names.includes(name)))
}

function plainOf(
  name: string,
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  typesize: number,
  json: string | undefined,
): PlainSource {
  const traits = { size, typesize, ...(json !== undefined && { metadata: json }) }
  return new BytesPlainSource(new StreamSource(pieces, name, size), traits)
}

function arrayJson(layout: NdarrayLayout): string {
  return toJson(ndarrayMetadata({ ...layout, dtype: dtypeRepr(layout.descr) }))
}

/** Metadata without what describes an array, which a `.b2nd` says in its own way. */
export function ownJson(json: string | undefined): string | undefined {
  if (json === undefined || parseNdarrayMetadata(JSON.parse(json)) === undefined) return json
  const own = membersOf(json)?.filter(({ key }) => !ARRAY_KEYS.includes(key)) ?? []
  return own.length === 0 ? undefined : objectOf(own)
}

/** What a Bloscpack archive gives. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED */
export async function givenArchive(input: ContainerInput, { job, view, context }: Work): Promise<Given> {
  const { maxChunk } = context.options
  const archive = await Archive.open(input.source, maxChunk === undefined ? {} : { maxChunk })
  const { metadata: json } = archive
  const plain = (): PlainSource => {
    const { nbytes } = archive
    if (nbytes === undefined)
      throw usage(
        'the archive was written to a pipe and does not know its size: decompress it, and pack that',
      )
    const pieces = new RangeReader(archive).pieces({ start: 0, stop: nbytes })
    return plainOf(archive.source.name, pieces, nbytes, Math.max(1, archive.header.typesize), json)
  }
  const copy =
    job.container === 'b2frame'
      ? (text: string | undefined, sink: ByteSink) =>
          copyArchive(archive, sink, { ...runOptions(context, view), vlmeta: layersOf(text ?? json) })
      : undefined
  return { plain, json, kept: { meta: new Map(), vlmeta: new Map() }, copy }
}

function copyOf(
  input: ContainerInput,
  frame: OpenedFrame,
  json: string | undefined,
  { job, view, context }: Work,
): Given['copy'] {
  const { schunk, array } = frame
  const toArray = job.container === 'b2nd'
  const same = toArray === (array !== undefined)
  const linear =
    !toArray &&
    array !== undefined &&
    isLinear({ shape: array.shape, chunkshape: array.chunks, blockshape: array.blocks })
  if (job.container === 'blp' || !(same || linear)) return undefined
  return async (text, sink) => {
    const file = await openFrame(frame.source, new Workspace(), { directory: input.directory })
    const meta = same ? file.header.meta : without(file.header.meta, ARRAY_LAYERS)
    const own = layersOf(text ?? json)
    if (toArray) own.delete(TENSOR_LAYER)
    const isKept = same && text === undefined
    const vlmeta = isKept ? schunk.vlmeta : new Map([...without(schunk.vlmeta, OWN_LAYERS), ...own])
    frame.willReadAll()
    return copyFrame(file, { ...file.header, meta }, sink, { ...runOptions(context, view), vlmeta })
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
export function givenFrame(input: ContainerInput, frame: OpenedFrame, work: Work): Given {
  const { schunk, array } = frame
  const layout = array === undefined ? arrayOfFrame(schunk) : layoutOf(array)
  const json = jsonOfFrame(jsonOf(schunk.vlmeta), layout, array !== undefined)
  const plain = (): PlainSource => {
    frame.willReadAll()
    const { name } = input.source
    if (array === undefined) return plainOf(name, piecesOf(schunk), schunk.nbytes, schunk.typesize, json)
    const { pieces, nbytes } = select(array)
    return plainOf(name, pieces(), nbytes, schunk.typesize, json)
  }
  const kept = {
    meta: without(schunk.meta, ARRAY_LAYERS),
    vlmeta: without(schunk.vlmeta, OWN_LAYERS),
  }
  return { plain, json, kept, copy: copyOf(input, frame, json, work) }
}
