// Cuts plain bytes into pieces that different runs pack, so that joining the results copies their chunks.

import { type NdarrayLayout, ndarrayIn, numpyOrder } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import { membersOf, objectOf, withMember } from '../core/json/edit.js'
import { toJson } from '../core/json/json.js'
import { wholeItems } from '../engine/plain-chunks.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import type { PartOf } from './pack-options.js'

/** A piece of an input. */
export interface Part {
  source: PlainSource
  /** Plain bytes of a chunk. */
  chunkSize: number
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

/** How the whole is cut: bytes a chunk, and the bytes that every border is a multiple of. */
interface Grid {
  chunkSize: number
  unit: number
}

/** Rows longer than a chunk are cut into equal chunks, if they can be. */
function chunkOfLongRow(rowBytes: number, chunkSize: number, typesize: number): number {
  const least = Math.ceil(rowBytes / chunkSize)
  for (let n = least; n < 2 * least; n++) {
    if (rowBytes % n === 0 && (rowBytes / n) % typesize === 0) return rowBytes / n
  }
  return chunkSize
}

/**
 * Where an array may be cut: at whole rows that end with a chunk. Chunks are made of whole rows, or rows of
 * whole chunks, for which the chunk size may shrink.
 */
function gridFor(chunkSize: number, typesize: number, rowBytes: number): Grid {
  if (rowBytes === 0) return { chunkSize, unit: chunkSize }
  const fitting =
    rowBytes <= chunkSize ? chunkSize - (chunkSize % rowBytes) : chunkOfLongRow(rowBytes, chunkSize, typesize)
  const chunk = wholeItems(fitting, typesize)
  return { chunkSize: chunk, unit: (chunk / greatestDivisor(chunk, rowBytes)) * rowBytes }
}

function border(size: number, unit: number, index: number, count: number): number {
  if (index === count) return size
  const units = BigInt(Math.ceil(size / unit))
  return Math.min(size, Number((units * BigInt(index)) / BigInt(count)) * unit)
}

/** @throws BlpkError USAGE for an array that cannot be cut along axis 0 */
function rowBytesOf(array: NdarrayLayout | undefined): number {
  if (array === undefined) return 0
  if (array.shape.length === 0) throw usage('a 0-d array cannot be cut into pieces', { option: 'raw' })
  if (numpyOrder(array) === 'F')
    throw usage('an array in Fortran order cannot be cut along axis 0', { option: 'raw' })
  return array.shape.slice(1).reduce((product, n) => product * n, array.itemsize)
}

function pieceMetadata(metadata: string, array: NdarrayLayout, rows: number): string {
  const [, ...rest] = array.shape
  const cut = withMember(membersOf(metadata) ?? [], 'shape', toJson([rows, ...rest]))
  return objectOf(withMember(cut, 'order', toJson('C')))
}

/** A source of which pieces can be read. */
type Cuttable = BytesPlainSource & { size: number }

/** @throws BlpkError USAGE for a pipe */
export function cuttable(source: PlainSource): Cuttable {
  if (source instanceof BytesPlainSource && source.seekable && source.size !== undefined)
    return source as Cuttable
  throw usage(`'${source.name}' is a pipe: pieces can only be cut from files and objects`)
}

/** A piece and its extent along axis 0; see {@link cutAtChunks} and {@link cutAtRows}. */
function pieceAt(
  source: Cuttable,
  array: NdarrayLayout | undefined,
  { index, count }: PartOf,
  unit: number,
): { source: BytesPlainSource; rows: number } {
  const { size, metadata } = source
  const rowBytes = rowBytesOf(array)
  const start = border(size, unit, index - 1, count)
  const stop = border(size, unit, index, count)
  const rows = rowBytes === 0 ? (array?.shape[0] ?? 0) : (stop - start) / rowBytes
  const own = array === undefined || metadata === undefined ? metadata : pieceMetadata(metadata, array, rows)
  return { source: source.slice(start, stop, own), rows }
}

/**
 * Cuts a piece out of an input, at a border of chunks and, in an array that metadata describe, of rows; the last piece
 * gets the rest.
 * @param chunkSize plain bytes of a chunk, of which the piece may need fewer
 * @throws BlpkError USAGE if the input is a pipe, or an array that cannot be cut
 */
export function cutAtChunks(source: PlainSource, part: PartOf, typesize: number, chunkSize: number): Part {
  const whole = cuttable(source)
  const array = ndarrayIn(whole.metadata)
  const grid = gridFor(wholeItems(chunkSize, typesize), typesize, rowBytesOf(array))
  return { source: pieceAt(whole, array, part, grid.unit).source, chunkSize: grid.chunkSize }
}

/**
 * The same of an array in chunks of a shape: pieces are whole rows of chunks.
 * @param array what the source holds
 * @param extent of a chunk along axis 0, in items
 */
export function cutAtRows(
  source: PlainSource,
  part: PartOf,
  array: NdarrayLayout,
  extent: number,
): { source: PlainSource; array: NdarrayLayout } {
  const unit = Math.max(1, extent) * Math.max(1, rowBytesOf(array))
  const { source: piece, rows } = pieceAt(cuttable(source), array, part, unit)
  const [, ...rest] = array.shape
  return { source: piece, array: { ...array, order: 'C', shape: [rows, ...rest], nbytes: piece.size ?? 0 } }
}
