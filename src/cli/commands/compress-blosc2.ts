import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dtypeRepr, type NdarrayLayout, ndarrayIn, parseMetadataDtype } from '../../array/npy/index.js'
import { usage } from '../../core/errors.js'
import { counted, exactSize } from '../../core/sizes.js'
import { spool } from '../../engine/spool.js'
import type { CompressionOptions } from '../../format/blosc2/chunks/cparams.js'
import { layersOf } from '../../format/blosc2/chunks/described.js'
import type { FrameOutput } from '../../format/blosc2/chunks/frame-target.js'
import { checkLossy } from '../../format/blosc2/chunks/lossy.js'
import { packArray } from '../../format/blosc2/chunks/pack-array.js'
import { type FrameResult, packFrame } from '../../format/blosc2/chunks/pack-frame.js'
import { peerWarnings } from '../../format/blosc2/chunks/peer-limits.js'
import type { Layers } from '../../format/blosc2/frame/layers.js'
import { TENSOR_LAYER } from '../../format/blosc2/frame/tensor.js'
import { openPlain } from '../../sources/npy.js'
import type { PlainSource } from '../../sources/plain.js'
import type { Input } from '../../verbs/inputs.js'
import { type Context, say, sayVerbose } from '../context.js'
import { withDescribed } from '../described-input.js'
import {
  checkForBlosc2,
  checksumOption,
  compressionOptions,
  compressionText,
} from '../flags/blosc2-options.js'
import { readMetadata, runOptions, withArray } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { openFrameOutput } from '../frame-output.js'
import { sayForeign } from '../view/foreign.js'
import type { ProgressView } from '../view/progress.js'
import { type Job, type Packed, sayPlaces, typesizeText } from './compress.js'

/** What goes into a container, and how. */
interface Packing {
  job: Job
  plain: PlainSource
  /** Opens the output, once nothing else is in the way. */
  open: () => Promise<FrameOutput>
  /** Metadata of one's own, as JSON. */
  own: string | undefined
  /** Metalayers that are kept, of the input of a conversion. */
  kept?: { meta: Layers; vlmeta: Layers }
  view: ProgressView
  context: Context
}

function sayCompression(o: CliOptions, how: CompressionOptions): void {
  const { codec, level, filters, lossy } = compressionText(how)
  const loss = lossy ? '; lossy: values do not come back as they are' : ''
  sayVerbose(o, `codec ${codec}, level ${level}, filters ${filters.join(', ') || 'none'}${loss}`)
}

/**
 * Plain bytes are an array of one dimension, of single bytes or of opaque items.
 * @param known size of an item where the input knows it, in bytes
 */
function plainLayout(nbytes: number, typesize: CliOptions['typesize'], known = 1): NdarrayLayout {
  const fitting = known > 0 && nbytes % known === 0 ? known : 1
  const itemsize = typeof typesize === 'number' ? typesize : typesize === undefined ? fitting : 1
  if (nbytes % itemsize !== 0)
    throw usage(`${nbytes} bytes are no whole number of items of ${itemsize} bytes`)
  const { descr } = parseMetadataDtype(itemsize === 1 ? '|u1' : `|V${itemsize}`)
  return { descr, itemsize, shape: [nbytes / itemsize], order: 'C', nbytes }
}

function arrayLayout(plain: PlainSource, o: CliOptions): NdarrayLayout | undefined {
  const layout = ndarrayIn(plain.metadata)
  if (layout === undefined)
    return plain.size === undefined ? undefined : plainLayout(plain.size, o.typesize, plain.typesize)
  if (typeof o.typesize === 'number' && o.typesize !== layout.itemsize)
    throw usage(`the items of the array have ${layout.itemsize} bytes, not ${o.typesize} (or use --raw)`)
  return layout
}

async function toArray(packing: Packing, plain: PlainSource, layout: NdarrayLayout): Promise<FrameResult> {
  const { job, own, view, context } = packing
  const { options } = context
  const how = compressionOptions(options)
  const { chunks, blocks } = options
  return packArray(plain, layout, await packing.open(), {
    ...how,
    ...runOptions(context, view),
    ...(Array.isArray(chunks) && { chunks: chunks as readonly number[] }),
    ...(blocks !== undefined && { blocks }),
    ...checksumOption(options),
    ...layersFor(packing, own === undefined ? new Map() : onlyJson(own)),
    onPlan: ({ shape, chunkshape, blockshape }) => {
      job.plan = { ...compressionText(how), shape, chunks: chunkshape, blocks: blockshape }
      sayPlaces(job, plain, options)
      sayCompression(options, how)
      const cuts = `chunks (${chunkshape.join(', ')}), blocks (${blockshape.join(', ')})`
      sayVerbose(options, `shape (${shape.join(', ')}), ${cuts}`)
    },
  })
}

function layersFor({ kept }: Packing, layers: Layers): { meta: Layers; vlmeta: Layers } {
  return { meta: kept?.meta ?? new Map(), vlmeta: new Map([...(kept?.vlmeta ?? []), ...layers]) }
}

/** The array itself is described by its own metalayer. */
function onlyJson(json: string): Layers {
  return new Map([...layersOf(json)].filter(([name]) => name !== TENSOR_LAYER))
}

async function toArrayOf(packing: Packing): Promise<FrameResult> {
  const { plain } = packing
  const { options } = packing.context
  const layout = arrayLayout(plain, options)
  if (layout !== undefined) return toArray(packing, plain, layout)
  // The shape must be known before the first chunk.
  const held = await spool(plain, join(tmpdir(), 'blpk'))
  try {
    return await toArray(packing, held, plainLayout(held.size ?? 0, options.typesize, plain.typesize))
  } finally {
    await held.close()
  }
}

async function toFrame(packing: Packing): Promise<FrameResult> {
  const { job, plain, open, own, view, context } = packing
  const { options } = context
  const how = compressionOptions(options)
  return packFrame(plain, await open(), {
    ...how,
    ...runOptions(context, view),
    ...(options.typesize !== undefined && { typesize: options.typesize }),
    ...(options.chunkSize !== undefined && { chunkSize: options.chunkSize }),
    ...checksumOption(options),
    ...layersFor(packing, layersOf(withArray(own, plain.metadata) ?? plain.metadata)),
    onPlan: (plan) => {
      const { typesize, chunksize } = plan
      job.plan = { typesize, ...compressionText(how), chunkSize: chunksize }
      sayPlaces(job, plain, options)
      sayCompression(options, how)
      sayVerbose(options, `${typesizeText(plan, options)}, chunks of ${exactSize(chunksize)}`)
    },
  })
}

/** What the items are, where anything says so. */
function dtypeOf({ metadata }: PlainSource): string | undefined {
  const layout = ndarrayIn(metadata)
  return layout && dtypeRepr(layout.descr)
}

function sayLimits(options: CliOptions): void {
  if (options.quiet === true) return
  for (const warning of peerWarnings(compressionOptions(options))) say(`warning: ${warning}`)
}

/** Packs plain bytes into a frame or an array. */
export async function packInto(packing: Packing): Promise<Packed> {
  const { job, context } = packing
  checkForBlosc2(job.container, context.options)
  checkLossy(compressionOptions(context.options), dtypeOf(packing.plain))
  sayLimits(context.options)
  const result = await (job.container === 'b2nd' ? toArrayOf(packing) : toFrame(packing))
  if (result.nspecial > 0)
    sayVerbose(context.options, `${counted(result.nspecial, 'chunk')} of one special value each`)
  return result
}

/** The work of `blpk compress` where the output is a frame or an array. */
export async function packInput(
  job: Job,
  input: Input,
  view: ProgressView,
  context: Context,
): Promise<Packed> {
  const { options } = context
  checkForBlosc2(job.container, options)
  const own = await readMetadata(options, job.input)
  const opened = await openPlain(input.source, { raw: options.raw === true })
  await sayForeign(opened, job.input, options)
  const request = { context, compressed: true, inputs: [input], like: input.like }
  const open = (): Promise<FrameOutput> => openFrameOutput(job.output, request)
  return withDescribed(opened, options, (plain) => packInto({ job, plain, open, own, view, context }))
}
