// Joins frames, and arrays along axis 0: chunks on a chunk border are copied.

import { chunkCount, partition, product } from '../../../array/geometry.js'
import type { Blosc2ChunkParams } from '../../../chunk/blosc2/params.js'
import { interrupted, unsupported, usage } from '../../../core/errors.js'
import { runOptionsOf } from '../../../engine/options.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { PlainChunk } from '../../chunks/array-chunks.js'
import { compressionOf, frameChecksum } from '../../chunks/compression.js'
import { optionsOf, resolveParams } from '../../chunks/cparams.js'
import { newFrameHeader } from '../../chunks/new-header.js'
import { packInto } from '../../chunks/pack-into.js'
import { chunksIn } from '../../chunks/stretches.js'
import { B2ND_LAYER, formatB2nd } from '../../frame/array-layer.js'
import type { Layers } from '../../frame/layers.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import { type JoinStep, type Joint, planJoin } from '../../join-steps.js'
import type { Opened } from '../../opened.js'
import type { ConcatResult, Output } from '../../output.js'
import type { PackOptions } from '../../pack-options.js'
import type { Format } from '../../traits.js'
import { FrameSink } from '../chunks/frame-sink.js'
import { openFrameOutput } from '../chunks/frame-target.js'
import { chunksizeOf } from '../chunks/pack-frame.js'
import { ARRAY_LAYERS, plainLayers, without } from '../layers-kept.js'
import { OpenedFrame } from '../opened.js'
import { type CopyTarget, copyChunks } from './copy-step.js'
import { droppedLayers, joinedLayers } from './layers.js'
import { arrayChunks, frameChunks, type JoinedArray } from './pack-step.js'
import { checkPlain, checkRowsAlike, checkSameItems, isCutAlike } from './part.js'

/** The inputs of a join, and the partition of the result. */
interface Plan {
  parts: readonly OpenedFrame[]
  /** The part that sets the chunks of the result. */
  model: OpenedFrame
  joints: Joint<OpenedFrame>[]
  /** Extent of a chunk along the joined axis: plain bytes of a frame, rows of an array. */
  extent: number
  /** Number of chunks per row of chunks; 1 in a frame. */
  perRow: number
  /** Plain bytes of a chunk, including padding. */
  chunkBytes: number
  /** Plain bytes of all chunks, including padding. */
  padded: number
  nbytes: number
  nchunks: number
  /** Undefined for a frame. */
  array: JoinedArray | undefined
}

function checkTotal(nbytes: number): number {
  if (!Number.isSafeInteger(nbytes)) throw unsupported('the joined frame would be too large')
  return nbytes
}

function planFrames(parts: readonly OpenedFrame[], first: OpenedFrame, o: PackOptions): Plan {
  for (const part of parts) checkSameItems(first, part)
  const isRegular = ({ schunk }: OpenedFrame): boolean =>
    schunk.chunkSize > 0 && !schunk.frameHeader.variableBlocks
  const model = parts.find((part) => part.nbytes > 0 && isRegular(part)) ?? first
  const known = isRegular(model) ? model.schunk.chunkSize : undefined
  const chunkBytes = known ?? chunksizeOf(o.chunkSize, model.typesize)
  const nbytes = checkTotal(parts.reduce((sum, part) => sum + part.nbytes, 0))
  const joints = parts.map((part) => ({
    part,
    extent: part.nbytes,
    copies: isRegular(part) && part.schunk.chunkSize === chunkBytes,
  }))
  const nchunks = Math.ceil(nbytes / chunkBytes)
  const sizes = { nbytes, padded: nbytes, nchunks, chunkBytes }
  return { parts, model, joints, extent: chunkBytes, perRow: 1, array: undefined, ...sizes }
}

function rowsOf({ ndarray }: OpenedFrame): number {
  return ndarray?.shape[0] ?? 0
}

function planArrays(parts: readonly OpenedFrame[], first: OpenedFrame): Plan {
  if (first.ndarray?.ndim === 0) throw usage('an array of 0 dimensions has no axis to join along')
  for (const part of parts) checkRowsAlike(first, part)
  const model = parts.find(({ nbytes }) => nbytes > 0) ?? first
  const { ndarray = first.ndarray } = model
  if (ndarray === undefined) throw usage('there is no array to join')
  const rows = checkTotal(parts.reduce((sum, part) => sum + rowsOf(part), 0))
  const [, ...rest] = ndarray.shape
  const cut = partition({ shape: [rows, ...rest], chunkshape: ndarray.chunks, blockshape: ndarray.blocks })
  const itemBytes = model.typesize
  const chunkBytes = Math.max(cut.chunkItems, 1) * itemBytes
  const nchunks = chunkCount(cut)
  const joints = parts.map((part) => ({
    part,
    extent: nchunks === 0 ? 0 : rowsOf(part),
    copies: part.ndarray !== undefined && isCutAlike(part.ndarray, ndarray),
  }))
  return {
    parts,
    model,
    joints,
    extent: Math.max(1, cut.chunkshape[0] ?? 1),
    perRow: product(cut.chunks.slice(1)),
    chunkBytes,
    padded: checkTotal(nchunks * chunkBytes),
    nbytes: checkTotal(product(cut.shape) * itemBytes),
    nchunks,
    array: { cut, itemBytes },
  }
}

/** Fixed metalayers of the first part, with the new shape of an array. */
function metaOf({ array, model }: Plan, first: OpenedFrame): Layers {
  const kept = without(plainLayers(first.schunk.meta), ARRAY_LAYERS)
  if (array === undefined) return kept
  const { dtype = '|u1' } = first.ndarray ?? model.ndarray ?? {}
  return new Map([[B2ND_LAYER, formatB2nd({ ...array.cut, dtype })], ...kept])
}

/** Data are repacked like the first part, unless options say otherwise. */
function paramsFor(
  { model, array, nbytes, chunkBytes }: Plan,
  meta: Layers,
  vlmeta: Layers,
  o: PackOptions,
): Blosc2ChunkParams {
  const like = optionsOf(model.schunk.frameHeader)
  const blockBytes = array === undefined ? undefined : Math.max(array.cut.blockItems, 1) * array.itemBytes
  const options = { ...like, ...compressionOf(o), ...(blockBytes !== undefined && { blockSize: blockBytes }) }
  const told = { typesize: model.typesize, chunksize: chunkBytes, nbytes, meta }
  return resolveParams(options, { schunk: traitsOf(told, vlmeta), blockshape: array?.cut.blockshape })
}

/** A frame that is being joined. */
interface Joining {
  plan: Plan
  sink: FrameSink
  params: Blosc2ChunkParams
  o: PackOptions
  target: CopyTarget
  /** Totals so far: chunks, copied chunks, and bytes. */
  nchunks: number
  copied: number
  plain: number
  packed: number
}

function advance(j: Joining, nbytes: number, cbytes: number): void {
  j.plain += nbytes
  j.packed += cbytes
  j.o.onProgress?.({ plain: j.plain, packed: j.packed, total: j.plan.padded })
}

async function copyStep(
  j: Joining,
  { part, count }: JoinStep<OpenedFrame> & { kind: 'copy' },
): Promise<void> {
  const chunks = count * j.plan.perRow
  // Data copied within a store are not fetched.
  if (!j.sink.canCopy) part.willReadAll()
  await copyChunks(part, 0, chunks, j.nchunks, j.target)
  j.nchunks += chunks
  j.copied += chunks
}

/** Plain bytes of the chunks of a step, from `j.nchunks` on. */
function chunksOf(j: Joining, { stretches }: JoinStep<OpenedFrame> & { kind: 'pack' }, count: number) {
  const { array, chunkBytes, extent, perRow } = j.plan
  if (array === undefined) return frameChunks(stretches, j.nchunks, chunkBytes, j.o.signal)
  const row = (j.nchunks / perRow) * extent
  return arrayChunks(array, stretches, row, j.nchunks, j.nchunks + count)
}

async function packStep(j: Joining, step: JoinStep<OpenedFrame> & { kind: 'pack' }): Promise<void> {
  const { chunkBytes, extent, perRow } = j.plan
  const along = step.stretches.reduce((sum, { start, stop }) => sum + stop - start, 0)
  const count = Math.ceil(along / extent) * perRow
  const chunks: AsyncIterable<PlainChunk> = chunksOf(j, step, count)
  let before = { plain: 0, packed: 0 }
  await packInto(j.sink, j.params, chunksIn(chunks, chunkBytes, count), {
    ...runOptionsOf(j.o),
    onProgress: ({ plain, packed }) => {
      advance(j, plain - before.plain, packed - before.packed)
      before = { plain, packed }
    },
  })
  j.nchunks += count
}

async function joinInto(
  plan: Plan,
  first: OpenedFrame,
  output: Output,
  o: PackOptions,
): Promise<ConcatResult> {
  const { checksum = 'xxh64' } = frameChecksum(o)
  const meta = metaOf(plan, first)
  const vlmeta = joinedLayers(plan.parts, plan.array !== undefined, o.metadata)
  const params = paramsFor(plan, meta, vlmeta, o)
  const header = { ...newFrameHeader(params, meta), chunksize: plan.chunkBytes }
  const out = await openFrameOutput(output, o.sparse === true)
  const sink = new FrameSink(new Workspace(), out, header, checksum)
  try {
    const onChunk = (nbytes: number, cbytes: number): void => advance(j, nbytes, cbytes)
    const target = { sink, sealed: checksum !== 'none', signal: o.signal, onChunk }
    const j: Joining = { plan, sink, params, o, target, nchunks: 0, copied: 0, plain: 0, packed: 0 }
    await sink.begin({ nbytes: plan.padded, nchunks: plan.nchunks }, true)
    for (const step of planJoin(plan.joints, plan.extent)) {
      o.signal?.throwIfAborted()
      await (step.kind === 'copy' ? copyStep(j, step) : packStep(j, step))
    }
    const totals = await sink.finish(plan.padded, vlmeta)
    return { ...totals, nbytes: plan.nbytes, copied: j.copied }
  } catch (error) {
    await sink.abort()
    throw interrupted(error, o.signal)
  }
}

/** The parts as frames or arrays; undefined if one of them is something else. */
function fittingParts(parts: readonly Opened[], { holds }: Format): OpenedFrame[] | undefined {
  const frames = parts.filter((part) => part instanceof OpenedFrame)
  const fit = frames.filter(({ ndarray }) => (ndarray !== undefined) === (holds === 'array'))
  return fit.length === parts.length ? fit : undefined
}

function noteDropped(parts: readonly OpenedFrame[], { onNote }: PackOptions): void {
  const names = droppedLayers(parts)
  if (names.length > 0)
    onNote?.(`metalayers are taken from '${parts[0]?.name}'; left out from the others: ${names.join(', ')}`)
}

/**
 * Joins frames to a frame, or arrays of the same dtype and row shape to an array; see `Container.concat`.
 * @throws BlpkError USAGE if they do not fit together; DAMAGED, CHECKSUM, UNSUPPORTED, …
 */
export async function joinFrames(
  opened: readonly Opened[],
  output: Output,
  format: Format,
  o: PackOptions,
): Promise<ConcatResult | undefined> {
  const parts = fittingParts(opened, format)
  const [first] = parts ?? []
  if (parts === undefined || first === undefined) return undefined
  for (const part of parts) checkPlain(part)
  const plan = format.holds === 'array' ? planArrays(parts, first) : planFrames(parts, first, o)
  noteDropped(parts, o)
  return joinInto(plan, first, output, o)
}
