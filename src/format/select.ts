// Finds the bytes, items, slices or fields that are asked for in a container of any kind.

import { product } from '../array/geometry.js'
import { type LinearArray, type Region, regionsOf, wholeRegion } from '../array/linear-selection.js'
import { type FieldPlace, fieldOf } from '../array/npy/field.js'
import type { NdarrayLayout } from '../array/npy/index.js'
import { type AxisRange, axisRange, type Pick1 } from '../array/picks.js'
import { type StridedRun, spansOfRuns } from '../array/strided-runs.js'
import { usage } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import type { Opened } from './opened.js'
import {
  checkSelection,
  isWhole,
  keysFor,
  rangesFor,
  resolveSlice,
  type Selected,
  type Selection,
} from './selection.js'
import { copyStrided, type PlacedBytes, runBytes, type SpanReader } from './span-reader.js'
import type { Format } from './traits.js'

/** What parts can be taken of: a container that is open, or as much of one. */
export interface Selectable
  extends Pick<Opened, 'nbytes' | 'typesize' | 'array' | 'pieces' | 'regions' | 'spans'> {
  readonly format: Pick<Format, 'holds'>
}

/** Spans with less between them are read together if nothing is known of blocks. */
const GAP_BYTES = 4096

/** The bytes of spans one by one, for containers that do no better. */
function eachSpan(from: Selectable): SpanReader {
  return {
    gapAt: () => GAP_BYTES,
    async *read(spans, options): AsyncGenerator<PlacedBytes> {
      for (const [start, stop] of spans) {
        let position = start
        for await (const bytes of from.pieces(start, stop, options)) {
          yield { position, bytes }
          position += bytes.length
        }
      }
    },
  }
}

function sizeOf({ nbytes }: Selectable): number {
  if (nbytes !== undefined) return nbytes
  throw usage('the archive was written to a pipe and does not record its size: parts of it cannot be found')
}

/** The layout of a result in C order. */
function layoutLike(
  { descr, itemsize }: Pick<NdarrayLayout, 'descr' | 'itemsize'>,
  shape: number[],
): NdarrayLayout {
  return { descr, itemsize, shape, order: 'C', nbytes: product(shape) * itemsize }
}

async function* bytesOfRuns(
  from: Selectable,
  runs: () => Iterable<StridedRun>,
  nbytes: number,
  options: RunOptions,
): AsyncGenerator<Uint8Array> {
  const reader = from.spans ?? eachSpan(from)
  const first = runs()[Symbol.iterator]().next()
  if (first.done === true) return
  const gap = await reader.gapAt(first.value.start)
  yield* runBytes(runs, nbytes, reader.read(spansOfRuns(runs(), gap), options))
}

/** Puts the items of a region where the result has them, whatever order they come in. */
async function fillRegion(
  from: Selectable,
  { runs, nbytes, scatter }: Region,
  out: Uint8Array,
  options: RunOptions,
): Promise<void> {
  let at = 0
  for await (const piece of bytesOfRuns(from, runs, nbytes, options)) {
    if (scatter === undefined) out.set(piece, at)
    else scatter.put(at, piece, out)
    at += piece.length
  }
}

/** The pieces of a selection from an array that lies in the plain bytes in one piece. */
async function* piecesOfArray(
  from: Selectable,
  array: LinearArray,
  ranges: readonly AxisRange[],
  options: RunOptions,
): AsyncGenerator<Uint8Array> {
  for (const region of regionsOf(array, ranges)) {
    if (region.scatter === undefined) {
      yield* bytesOfRuns(from, region.runs, region.nbytes, options)
      continue
    }
    const out = new Uint8Array(region.outBytes)
    await fillRegion(from, region, out, options)
    yield out
  }
}

/** One range of the plain bytes. */
function selectRange(
  from: Selectable,
  range: { start: number; stop: number },
  layout: NdarrayLayout | undefined,
  o: RunOptions,
): Selected {
  const nbytes = range.stop - range.start
  const runs: StridedRun[] =
    nbytes === 0 ? [] : [{ start: range.start, length: nbytes, count: 1, stride: nbytes }]
  return { nbytes, layout, isWhole: false, range, pieces: () => bytesOfRuns(from, () => runs, nbytes, o) }
}

function selectBytes(from: Selectable, bytes: NonNullable<Selection['bytes']>, o: RunOptions): Selected {
  if (from.format.holds === 'array')
    throw usage('the plain bytes of this array are spread over blocks', { option: 'slice' })
  return selectRange(from, resolveSlice(bytes, sizeOf(from)), undefined, o)
}

/** Size of an item, in bytes, whatever is wrong with the array that it is one of. */
function rawItemsize(from: Selectable): number {
  try {
    return from.array?.()?.itemsize ?? from.typesize
  } catch {
    return from.typesize
  }
}

/** Items as they lie: in memory order, whatever the shape. */
function selectItems(
  from: Selectable,
  items: NonNullable<Selection['items']>,
  raw: boolean,
  o: RunOptions,
): Selected {
  const layout = raw ? undefined : from.array?.()
  const itemsize = raw ? rawItemsize(from) : (layout?.itemsize ?? from.typesize)
  const { start, stop } = resolveSlice(items, itemsize === 0 ? 0 : Math.floor(sizeOf(from) / itemsize))
  const range = { start: start * itemsize, stop: stop * itemsize }
  return selectRange(from, range, layout && layoutLike(layout, [stop - start]), o)
}

function arrayIn(from: Selectable, part: Selection): NdarrayLayout {
  const layout = from.array?.()
  if (layout !== undefined) return layout
  const what = part.slice === undefined ? 'fields need an array' : 'a slice needs an array'
  throw usage(`${what}, but this is plain bytes`, { option: 'items' })
}

function fieldIn(layout: NdarrayLayout, name: string | undefined): FieldPlace {
  if (name !== undefined) return fieldOf(layout.descr, name)
  return { descr: layout.descr, itemsize: layout.itemsize, offset: 0, shape: [] }
}

/** Items along axes, or their field, of an array that lies in the plain bytes in one piece. */
function selectLinear(from: Selectable, part: Selection, o: RunOptions): Selected {
  const layout = arrayIn(from, part)
  const { itemsize, order } = layout
  const items = layout.shape.reduce((count, extent) => count * extent, 1)
  const shape = part.items === undefined ? layout.shape : [items]
  const ranges =
    part.items === undefined
      ? rangesFor(part.slice ?? [], shape)
      : [axisRange(resolveSlice(part.items, items), items)]
  const field = fieldIn(layout, part.field)
  const counts = ranges.filter(({ drop }) => !drop).map(({ count }) => count)
  const result = layoutLike(field, [...counts, ...field.shape])
  const wanted = { offset: field.offset, nbytes: product(field.shape) * field.itemsize }
  const array: LinearArray = { shape, order, itemsize, part: wanted }
  return {
    nbytes: result.nbytes,
    layout: part.raw === true ? undefined : result,
    isWhole: false,
    shape: result.shape,
    pieces: () => piecesOfArray(from, array, ranges, o),
    async fill(out): Promise<void> {
      const region = wholeRegion(array, ranges)
      if (region !== undefined) await fillRegion(from, region, out, o)
    },
  }
}

/** A field of whole items. */
async function* fieldOfPieces(
  pieces: AsyncIterable<Uint8Array>,
  itemsize: number,
  { offset, nbytes: length }: LinearArray['part'],
): AsyncGenerator<Uint8Array> {
  if (length === 0) return
  for await (const piece of pieces) {
    const count = piece.length / itemsize
    const out = new Uint8Array(count * length)
    copyStrided(piece.subarray(offset), { start: 0, count, length, stride: itemsize }, out)
    yield out
  }
}

function keysOf({ items, slice }: Selection, shape: readonly number[]): (Pick1 | undefined)[] {
  if (items === undefined) return keysFor(slice ?? [], shape.length)
  if (shape.length !== 1)
    throw usage(`items are counted along one dimension, but the array has ${shape.length}`, {
      option: 'slice',
    })
  return [resolveSlice(items, shape[0] ?? 0)]
}

/** Items along axes, or their field, of an array in chunks of a shape. */
function selectRegions(
  from: Selectable,
  regions: NonNullable<Selectable['regions']>,
  part: Selection,
  o: RunOptions,
): Selected {
  const { raw = false, field: name } = part
  const layout = raw && name === undefined ? undefined : arrayIn(from, part)
  const { shape, nbytes, pieces, fill } = regions(keysOf(part, regions([], o).shape), o)
  const filling = fill === undefined ? {} : { fill }
  if (layout === undefined) return { nbytes, layout, isWhole: false, shape, pieces, ...filling }
  const field = fieldIn(layout, name)
  const result = layoutLike(field, [...shape, ...field.shape])
  const wanted = { offset: field.offset, nbytes: product(field.shape) * field.itemsize }
  return {
    nbytes: result.nbytes,
    layout: raw ? undefined : result,
    isWhole: false,
    shape: result.shape,
    ...(name === undefined
      ? { pieces, ...filling }
      : { pieces: () => fieldOfPieces(pieces(), layout.itemsize, wanted) }),
  }
}

/**
 * All plain bytes of a container, or a part of them or of the array that they are; only chunks that it touches are read. A part
 * of an array is in C order; all of it stays in the order that it has.
 * @throws BlpkError USAGE if there is no such part; DAMAGED, UNSUPPORTED if the array is not what it says
 */
export function select(from: Selectable, part: Selection, options: RunOptions = {}): Selected {
  checkSelection(part)
  const { bytes, items, slice, field, raw = false } = part
  if (isWhole(part)) {
    const layout = raw ? undefined : from.array?.()
    const pieces = (): AsyncIterable<Uint8Array> => from.pieces(0, undefined, options)
    return { nbytes: sizeOf(from), layout, isWhole: true, pieces }
  }
  if (bytes !== undefined) return selectBytes(from, bytes, options)
  if (from.regions !== undefined) return selectRegions(from, from.regions.bind(from), part, options)
  if (slice === undefined && field === undefined && items !== undefined)
    return selectItems(from, items, raw, options)
  return selectLinear(from, part, options)
}
