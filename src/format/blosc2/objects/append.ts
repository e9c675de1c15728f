// Appends to a frame or an array that is open for changes.

import { dtypeRepr, ndarrayIn, ndarrayMetadata, parseMetadataDtype } from '../../../array/npy/index.js'
import type { Replaceable } from '../../../bytes/editable.js'
import { changedError, unsupported, usage } from '../../../core/errors.js'
import { toJson } from '../../../core/json/json.js'
import type { PlainSource } from '../../../sources/plain.js'
import { checkSameRows, metadataAfter } from '../../array-metadata.js'
import type { AppendRequest, AppendResult } from '../../change.js'
import type { CompressionOptions } from '../../chunks/cparams.js'
import type { Layers } from '../../frame/layers.js'
import { arrayOfFrame, JSON_LAYER, layersOf, metadataOfLayers } from '../chunks/described.js'
import { holdsArray } from './array-meta.js'
import { editFrame, type FrameEditOptions } from './change.js'
import { NDArray } from './ndarray.js'
import type { SChunk } from './schunk.js'

/** Options of an append to a frame or an array, by their names for frames. */
export interface FrameAppendOptions
  extends FrameEditOptions,
    Pick<AppendRequest, 'raw' | 'maxChunk' | 'dtype' | 'onProgress'> {
  /** Compression of new chunks from now on. Unset options keep the values of the frame. */
  compression?: CompressionOptions
}

/** Approximate number of plain bytes that are read and compressed at a time, in whole chunks if these fit. */
const PIECE_BYTES = 32 * 2 ** 20

/** Ends of pieces: first at the end of the last chunk, then after every so many chunks. */
interface Steps {
  first: number
  then: number
}

/**
 * @param unit plain bytes of a chunk, or of the chunks in a row
 * @param least input up to this size is not split
 */
function stepsFor(size: number, unit: number, least: number): Steps {
  const whole = unit <= PIECE_BYTES
  const then = whole
    ? Math.floor(PIECE_BYTES / unit) * unit
    : Math.max(least, PIECE_BYTES - (PIECE_BYTES % least))
  return { first: whole && size % unit > 0 ? unit - (size % unit) : then, then }
}

async function appendPieces(
  source: PlainSource,
  added: number,
  { first, then }: Steps,
  o: FrameAppendOptions,
  append: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  for (let plain = 0; plain < added; ) {
    const piece = new Uint8Array(Math.min(plain === 0 ? first : then, added - plain))
    o.signal?.throwIfAborted()
    if ((await source.read(piece)) < piece.length) throw changedError(source.name, 'shorter')
    await append(piece)
    plain += piece.length
    o.onProgress?.({ plain, packed: plain, total: added })
  }
  if ((await source.read(new Uint8Array(1))) > 0) throw changedError(source.name, 'longer')
}

function checkItems(schunk: SChunk, source: PlainSource, added: number): void {
  const { typesize } = schunk
  if (source.metadata !== undefined && source.typesize !== typesize)
    throw usage(
      `the items of '${source.name}' have ${source.typesize} bytes, those of the frame ${typesize}`,
      { option: 'raw', to: 'append the file as plain bytes' },
    )
  const array = ndarrayIn(source.metadata)
  if (array?.order === 'F' && array.shape.length > 1)
    throw usage(`'${source.name}' is in Fortran order; save it in C order first`)
  if (added % typesize !== 0)
    throw usage(`${added} bytes are not a whole number of items of ${typesize} bytes`)
}

/**
 * The metalayers that describe an array in a frame without shape, including the new rows; empty if there are
 * none.
 */
function describedAfter(schunk: SChunk, source: PlainSource, added: number, o: FrameAppendOptions): Layers {
  const array = arrayOfFrame(schunk)
  if (array === undefined || added === 0) return new Map()
  const metadata = metadataOfLayers(schunk.vlmeta, array)
  const after = layersOf(metadataAfter({ metadata }, source, added, { raw: o.raw === true }))
  if (!schunk.vlmeta.has(JSON_LAYER)) after.delete(JSON_LAYER)
  return after
}

async function appendItems(
  schunk: SChunk,
  source: PlainSource,
  added: number,
  o: FrameAppendOptions,
): Promise<AppendResult> {
  checkItems(schunk, source, added)
  const described = describedAfter(schunk, source, added, o)
  const unit = schunk.chunkSize > 0 ? schunk.chunkSize : schunk.typesize
  const steps = stepsFor(schunk.nbytes, unit, schunk.typesize)
  await appendPieces(source, added, steps, o, (piece) => schunk.append(piece))
  for (const [name, content] of described) schunk.vlmeta.set(name, content)
  return { nbytes: added, totalBytes: schunk.nbytes, nchunks: schunk.nchunks, skipped: false }
}

/** The description that Bloscpack's metadata would give the array. */
function metadataOf({ dtype, shape }: NDArray): string {
  const { descr } = parseMetadataDtype(dtype)
  return toJson(ndarrayMetadata({ dtype: dtypeRepr(descr), shape: [...shape], order: 'C' }))
}

function checkRows(array: NDArray, source: PlainSource, added: number, o: FrameAppendOptions): number {
  if (array.ndim === 0) throw usage('the array has 0 dimensions, so there is no axis to append along')
  if (source.metadata !== undefined) {
    const [ours, theirs] = [metadataOf(array), source.metadata]
    const [a, b] = [ours, theirs].map((json) => ndarrayIn(json))
    if (a !== undefined && b !== undefined)
      checkSameRows(a, b, ours, theirs, [`'${source.name}'`, 'the array'])
  } else if (o.raw !== true && added > 0) {
    throw usage('the frame holds an array: append a .npy file', {
      option: 'raw',
      to: 'append plain bytes of whole rows',
    })
  }
  const rowBytes = array.shape.slice(1).reduce((size, n) => size * n, array.schunk.typesize)
  if (added > 0 && (rowBytes === 0 || added % rowBytes !== 0))
    throw usage(`${added} bytes are not a whole number of rows of ${rowBytes} bytes`)
  if (added > 0 && array.chunks.includes(0))
    throw usage(
      'the array was made without a chunk shape while it was empty, and cannot grow; create it again',
    )
  return rowBytes
}

async function appendRows(
  array: NDArray,
  source: PlainSource,
  added: number,
  o: FrameAppendOptions,
): Promise<AppendResult> {
  const rowBytes = checkRows(array, source, added, o)
  const [rows = 0] = array.shape
  const steps = stepsFor(rows * rowBytes, (array.chunks[0] ?? 1) * rowBytes, rowBytes)
  await appendPieces(source, added, steps, o, (piece) => array.append(piece))
  const { nchunks } = array.schunk
  const { shape } = array
  return { nbytes: added, totalBytes: array.size * array.schunk.typesize, nchunks, shape, skipped: false }
}

/** Bytes at the end of a list, a store or a cache would not be part of it, or would break it. */
function checkPlain(schunk: SChunk): void {
  schunk.checkHolds()
  const { object } = schunk
  if (object === undefined) return
  const { what, how, holds } = object
  if (holds === 'cache')
    throw unsupported(
      `it is ${what}, which has the size of its source`,
      {},
      { call: 'convert', does: 'turns it into a plain array, which can grow' },
    )
  throw unsupported(`it holds ${what}, to which plain bytes cannot be added; ${how}`)
}

async function appendAll(schunk: SChunk, source: PlainSource, o: FrameAppendOptions): Promise<AppendResult> {
  const { compression, maxChunk = Number.POSITIVE_INFINITY } = o
  const { size: added = 0 } = source
  const isArray = holdsArray(schunk)
  if (schunk.chunkSize > maxChunk)
    throw unsupported(
      `the chunks have ${schunk.chunkSize} plain bytes, more than allowed`,
      {},
      { option: 'maxChunk' },
    )
  if (isArray && compression?.blockSize !== undefined)
    throw usage('the block size of an array is part of its shape, and cannot change')
  checkPlain(schunk)
  if (compression !== undefined) schunk.setCompression(compression)
  return isArray
    ? appendRows(NDArray.of(schunk, o.dtype), source, added, o)
    : appendItems(schunk, source, added, o)
}

/** The current totals, if nothing was done. */
function asItIs(schunk: SChunk): AppendResult {
  const { nchunks, nbytes } = schunk
  const known = { nbytes: 0, nchunks, skipped: true }
  if (!holdsArray(schunk)) return { ...known, totalBytes: nbytes }
  const { shape, size } = NDArray.of(schunk)
  return { ...known, totalBytes: size * schunk.typesize, shape }
}

/**
 * Appends a source: items to a frame (filling up its last chunk), rows along axis 0 to an array.
 * @param source of known size: plain bytes or a `.npy` file, whose rows must have the array's dtype and shape
 * @throws BlpkError USAGE if the data do not fit; otherwise as {@link editFrame}
 */
export function appendToFrame(
  place: Replaceable,
  source: PlainSource,
  options: FrameAppendOptions,
): Promise<AppendResult> {
  return editFrame(place, options, {
    change: (schunk) => appendAll(schunk, source, options),
    skipped: asItIs,
  })
}
