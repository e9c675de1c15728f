// Packing into frames and arrays, from the options that all containers share.

import { dtypeRepr, type NdarrayLayout, ndarrayIn } from '../../array/npy/index.js'
import { choosePartitions } from '../../array/partitions.js'
import { exactSize } from '../../core/sizes.js'
import { runOptionsOf } from '../../engine/options.js'
import type { PlainSource } from '../../sources/plain.js'
import { withArrayLayout } from '../chunks/array-layout.js'
import { compressionFacts, compressionOf, compressionText, frameChecksum } from '../chunks/compression.js'
import { checkLossy } from '../chunks/lossy.js'
import { peerWarnings } from '../chunks/peer-limits.js'
import type { PackRequest } from '../container.js'
import { withArray, withoutArray } from '../described-metadata.js'
import type { Layers } from '../frame/layers.js'
import { TENSOR_LAYER } from '../frame/tensor.js'
import type { Output, PackResult } from '../output.js'
import { cutAtChunks, cutAtRows, cuttable } from '../part.js'
import { typesizeText } from '../plan-text.js'
import type { Format } from '../traits.js'
import { layersOf } from './chunks/described.js'
import { type FrameOutput, openFrameOutput } from './chunks/frame-target.js'
import { packArray } from './chunks/pack-array.js'
import { chunksizeOf, type FrameResult, packFrame, typesizeOf } from './chunks/pack-frame.js'
import { keptLayers } from './layers-kept.js'

/** The metalayers of the new frame: those that are kept of what is converted, and those that options make. */
function layersFor({ from }: PackRequest, layers: Layers): { meta: Layers; vlmeta: Layers } {
  const kept = keptLayers(from)
  return { meta: kept.meta, vlmeta: new Map([...kept.vlmeta, ...layers]) }
}

/** The array itself is described by its own metalayer. */
function onlyJson(json: string | undefined): Layers {
  return new Map([...layersOf(json)].filter(([name]) => name !== TENSOR_LAYER))
}

/** What goes into an array, and where to. */
interface ArrayPacking {
  plain: PlainSource
  layout: NdarrayLayout
  out: () => Promise<FrameOutput>
  o: PackRequest
}

/** A piece, with the shapes of chunks and blocks that the whole would get; all of it where no piece is asked for. */
function pieceOf(packing: ArrayPacking): ArrayPacking {
  const { plain, layout, o } = packing
  if (o.part === undefined) return packing
  const { chunkshape, blockshape } = choosePartitions(layout.shape, layout.itemsize, o.chunks, o.blocks)
  const { source, array } = cutAtRows(plain, o.part, layout, chunkshape[0] ?? 1)
  return { ...packing, plain: source, layout: array, o: { ...o, chunks: chunkshape, blocks: blockshape } }
}

async function packLaidOut(whole: ArrayPacking): Promise<FrameResult> {
  const { plain, layout, out, o } = pieceOf(whole)
  const how = compressionOf(o)
  const { chunks, blocks } = o
  return packArray(plain, layout, await out(), {
    ...how,
    ...runOptionsOf(o),
    ...(chunks !== undefined && { chunks }),
    ...(blocks !== undefined && { blocks }),
    ...frameChecksum(o),
    ...layersFor(o, onlyJson(o.metadata ?? withoutArray(plain.metadata))),
    onPlan: ({ shape, chunkshape, blockshape }) => {
      const facts = compressionFacts(how)
      const cuts = `chunks (${chunkshape.join(', ')}), blocks (${blockshape.join(', ')})`
      o.onPlan?.({
        nbytes: plain.size,
        facts: { ...facts, shape, chunks: chunkshape, blocks: blockshape },
        lines: [compressionText(facts), `shape (${shape.join(', ')}), ${cuts}`],
      })
    },
  })
}

async function toArray(
  plain: PlainSource,
  out: () => Promise<FrameOutput>,
  o: PackRequest,
): Promise<FrameResult> {
  if (o.part !== undefined) cuttable(plain)
  return withArrayLayout(plain, o, (source, layout) => packLaidOut({ plain: source, layout, out, o }))
}

/** The size of items and chunks that were asked for, and the piece that they make. */
async function framePiece(whole: PlainSource, o: PackRequest): Promise<[PlainSource, PackRequest]> {
  if (o.part === undefined) return [whole, o]
  const [typesize] = await typesizeOf(cuttable(whole), o.typesize)
  const { source, chunkSize } = cutAtChunks(whole, o.part, typesize, chunksizeOf(o.chunkSize, typesize))
  return [source, { ...o, typesize, chunkSize }]
}

async function toFrame(
  whole: PlainSource,
  out: () => Promise<FrameOutput>,
  request: PackRequest,
): Promise<FrameResult> {
  const [plain, o] = await framePiece(whole, request)
  const how = compressionOf(o)
  return packFrame(plain, await out(), {
    ...how,
    ...runOptionsOf(o),
    ...(o.typesize !== undefined && { typesize: o.typesize }),
    ...(o.chunkSize !== undefined && { chunkSize: o.chunkSize }),
    ...frameChecksum(o),
    ...layersFor(o, layersOf(withArray(o.metadata, plain.metadata) ?? plain.metadata)),
    onPlan: (plan) => {
      const { typesize, chunksize } = plan
      const facts = compressionFacts(how)
      o.onPlan?.({
        nbytes: plain.size,
        facts: { typesize, ...facts, chunkSize: chunksize },
        lines: [compressionText(facts), `${typesizeText(plan, request)}, chunks of ${exactSize(chunksize)}`],
      })
    },
  })
}

/** What the items are, where anything says so. */
function dtypeOf({ metadata }: PlainSource): string | undefined {
  const layout = ndarrayIn(metadata)
  return layout && dtypeRepr(layout.descr)
}

/** Packs a source into a frame or an array; see `Container.pack`. */
export async function packSource(
  plain: PlainSource,
  output: Output,
  format: Format,
  o: PackRequest,
): Promise<PackResult> {
  frameChecksum(o)
  const how = compressionOf(o)
  checkLossy(how, dtypeOf(plain))
  for (const warning of peerWarnings(how)) o.onWarning?.(warning)
  const out = (): Promise<FrameOutput> => openFrameOutput(output, o.sparse === true)
  return format.holds === 'array' ? toArray(plain, out, o) : toFrame(plain, out, o)
}
