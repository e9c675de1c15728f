import { type NdarrayLayout, ndarrayIn, numpyOrder } from '../../array/npy/index.js'
import { usage } from '../../core/errors.js'
import { membersOf, objectOf, withMember } from '../../core/json/edit.js'
import { toJson } from '../../core/json/json.js'
import { DEFAULT_CHECKSUM, DEFAULT_CHUNK_SIZE, type PackOptions } from '../../engine/options.js'
import { wholeItems } from '../../engine/plain-chunks.js'
import { BytesPlainSource, type PlainSource } from '../../sources/plain.js'
import type { PartOf } from '../pack-options.js'
import { planChunks } from './plan.js'

/** A piece of an input, and the options that it must be packed with for the pieces to fit together. */
export interface Part {
  source: PlainSource
  options: PackOptions
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

/** How the whole is cut: bytes a chunk, and the bytes that every border is a multiple of. */
interface Grid {
  chunkSize: number
  unit: number
}

/** Rows longer than a chunk are cut into equal chunks, where they can be. */
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

/**
 * Cuts a piece out of an input, at a border of chunks and, in an array, of rows; the last piece gets the rest.
 * The item size is found out from the start of the whole, so that it is the same for all pieces.
 * @throws BlpkError USAGE where the input is a pipe, or an array that cannot be cut
 */
export async function partOf(source: PlainSource, part: PartOf, o: PackOptions): Promise<Part> {
  const { size, metadata } = source
  if (!(source instanceof BytesPlainSource) || !source.seekable || size === undefined)
    throw usage(`'${source.name}' is a pipe: pieces can be cut out of files and objects only`)
  const { params } = await planChunks(source, o, o.checksum ?? DEFAULT_CHECKSUM)
  const { typesize } = params
  const array = ndarrayIn(metadata)
  const rowBytes = rowBytesOf(array)
  const { chunkSize, unit } = gridFor(
    wholeItems(o.chunkSize ?? DEFAULT_CHUNK_SIZE, typesize),
    typesize,
    rowBytes,
  )
  const start = border(size, unit, part.index - 1, part.count)
  const stop = border(size, unit, part.index, part.count)
  const rows = rowBytes === 0 ? (array?.shape[0] ?? 0) : (stop - start) / rowBytes
  const own = array === undefined || metadata === undefined ? metadata : pieceMetadata(metadata, array, rows)
  return { source: source.slice(start, stop, own), options: { ...o, typesize, chunkSize } }
}
