// Packing into frames and arrays, from the options that all containers share.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dtypeRepr, type NdarrayLayout, ndarrayIn, parseMetadataDtype } from '../../array/npy/index.js'
import { choosePartitions } from '../../array/partitions.js'
import { usage } from '../../core/errors.js'
import { exactSize } from '../../core/sizes.js'
import { runOptionsOf } from '../../engine/options.js'
import { spool } from '../../engine/spool.js'
import type { PlainSource } from '../../sources/plain.js'
import type { PackRequest } from '../container.js'
import { withArray, withoutArray } from '../described-metadata.js'
import type { Output, PackResult } from '../output.js'
import { cutAtChunks, cutAtRows, cuttable } from '../part.js'
import { typesizeText } from '../plan-text.js'
import type { Format } from '../traits.js'
import { layersOf } from './chunks/described.js'
import { type FrameOutput, openFrameOutput } from './chunks/frame-target.js'
import { checkLossy } from './chunks/lossy.js'
import { packArray } from './chunks/pack-array.js'
import { chunksizeOf, type FrameResult, packFrame, typesizeOf } from './chunks/pack-frame.js'
import { peerWarnings } from './chunks/peer-limits.js'
import { compressionFacts, compressionOf, compressionText, frameChecksum } from './compression.js'
import type { Layers } from './frame/layers.js'
import { TENSOR_LAYER } from './frame/tensor.js'
import { keptLayers } from './layers-kept.js'

/** Plain bytes are an array of one dimension, of single bytes or of opaque items. */
function plainLayout(nbytes: number, { typesize }: PackRequest, known = 1): NdarrayLayout {
  const fitting = known > 0 && nbytes % known === 0 ? known : 1
  const itemsize = typeof typesize === 'number' ? typesize : typesize === undefined ? fitting : 1
  if (nbytes % itemsize !== 0)
    throw usage(`${nbytes} bytes are not a whole number of items of ${itemsize} bytes`)
  const { descr } = parseMetadataDtype(itemsize === 1 ? '|u1' : `|V${itemsize}`)
  return { descr, itemsize, shape: [nbytes / itemsize], order: 'C', nbytes }
}

function arrayLayout(plain: PlainSource, o: PackRequest): NdarrayLayout | undefined {
  const layout = ndarrayIn(plain.metadata)
  if (layout === undefined)
    return plain.size === undefined ? undefined : plainLayout(plain.size, o, plain.typesize)
  if (typeof o.typesize === 'number' && o.typesize !== layout.itemsize)
    throw usage(`the items of the array have ${layout.itemsize} bytes, not ${o.typesize}`, { option: 'raw' })
  return layout
}

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
  const layout = arrayLayout(plain, o)
  if (layout !== undefined) return packLaidOut({ plain, layout, out, o })
  if (o.part !== undefined) cuttable(plain)
  // The shape must be known before the first chunk.
  const held = await spool(plain, join(tmpdir(), 'blpk'))
  try {
    const heldLayout = plainLayout(held.size ?? 0, o, plain.typesize)
    return await packLaidOut({ plain: held, layout: heldLayout, out, o })
  } finally {
    await held.close()
  }
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
