// The index of a dataset with one unlimited axis: an extensible array
// (HDF5 File Format Specification 4.0, VII.D).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import { type ElementFormat, elementFormat } from './element.js'
import { type ArrayShape, arrayShape, type BlockLevel } from './extensible-shape.js'
import type { ChunkTraits } from './fixed-array.js'
import { CHECKSUM_BYTES, hasBit, readElements, readPages, type TakeElement } from './pages.js'

/** Signature, version and client. */
const PREFIX_BYTES = 6
/** Numbers in the header that only say how much there is. */
const STATISTICS = 4

/** An array whose header was read. */
interface OpenArray {
  readonly file: FileBytes
  readonly address: number
  readonly client: number
  readonly format: ElementFormat
  readonly shape: ArrayShape
  /** Elements beyond the last one that was ever set need not be looked at. */
  readonly used: number
  readonly visited: Set<number>
  readonly take: TakeElement
}

function checkVersion(block: Cursor): void {
  const version = block.u8()
  if (version !== 0)
    throw unsupported(`extensible arrays of version ${version} are not supported`, { offset: block.position })
}

async function readHeader(
  file: FileBytes,
  address: number,
  traits: ChunkTraits,
): Promise<Pick<OpenArray, 'client' | 'format' | 'shape' | 'used'> & { index: number | undefined }> {
  const { offset, length } = file.sizes
  const header = await file.block(
    address,
    PREFIX_BYTES + 6 + (STATISTICS + 2) * length + offset + CHECKSUM_BYTES,
  )
  header.signature('EAHD')
  checkVersion(header)
  const client = header.u8()
  const nbytes = header.u8()
  const sizes = Array.from({ length: 5 }, () => header.u8())
  header.skip(STATISTICS * length)
  const used = header.length()
  // Elements for which there is room.
  header.skip(length)
  const index = header.address()
  checkLookup3(header, 'the header of an extensible array')
  const format = elementFormat(header, { client, nbytes }, traits)
  return { client, format, shape: arrayShape(sizes, address), used, index }
}

/** Reads the head of a block, and checks that it is one of this array's. */
async function openBlock(array: OpenArray, at: number, nbytes: number, signature: string): Promise<Cursor> {
  const { file, address, client, visited } = array
  if (visited.has(at)) throw damaged('an extensible array has a loop', { offset: at })
  visited.add(at)
  const block = await file.block(at, PREFIX_BYTES + file.sizes.offset + nbytes + CHECKSUM_BYTES)
  block.signature(signature)
  checkVersion(block)
  if (block.u8() !== client || block.address() !== address)
    throw damaged('a block belongs to another extensible array', { offset: at })
  return block
}

/** @param isThere whether a page was written, in a block of pages */
async function readDataBlock(
  array: OpenArray,
  at: number,
  [first, count]: readonly [number, number],
  isThere: (page: number) => boolean,
): Promise<void> {
  const { file, format, shape, take } = array
  const isPaged = count > shape.perPage
  const nbytes = shape.offsetBytes + (isPaged ? 0 : count * format.nbytes)
  const block = await openBlock(array, at, nbytes, 'EADB')
  // Where the block is; HDF5 writes other numbers here than it says for blocks that the index block lists.
  block.skip(shape.offsetBytes)
  if (!isPaged) readElements(block, format, [first, count], take)
  checkLookup3(block, 'a data block of an extensible array')
  if (!isPaged) return
  const address = at + block.bytes.length
  await readPages(file, { address, perPage: shape.perPage, count, isThere }, format, first, take)
}

async function readSecondaryBlock(array: OpenArray, at: number, level: BlockLevel): Promise<void> {
  const { shape, file } = array
  const { blocks, perBlock, first } = level
  const pages = perBlock > shape.perPage ? perBlock / shape.perPage : 0
  const bitmapBytes = Math.ceil(pages / 8)
  const nbytes = shape.offsetBytes + blocks * (bitmapBytes + file.sizes.offset)
  const block = await openBlock(array, at, nbytes, 'EASB')
  block.skip(shape.offsetBytes)
  const bitmaps = block.take(blocks * bitmapBytes)
  const addresses = Array.from({ length: blocks }, () => block.address())
  checkLookup3(block, 'a secondary block of an extensible array')
  for (const [i, data] of addresses.entries()) {
    // Bits follow one another, although each data block has bytes of its own for them.
    const isThere = (page: number): boolean => hasBit(bitmaps, i * pages + page)
    if (data !== undefined) await readDataBlock(array, data, [first + i * perBlock, perBlock], isThere)
  }
}

async function readIndexBlock(array: OpenArray, at: number): Promise<void> {
  const { shape, format, file, take, used } = array
  const direct = shape.levels.slice(0, shape.directLevels)
  const secondary = shape.levels.slice(shape.directLevels)
  const listed = direct.reduce((sum, { blocks }) => sum + blocks, secondary.length)
  const nbytes = shape.inIndex * format.nbytes + listed * file.sizes.offset
  const block = await openBlock(array, at, nbytes, 'EAIB')
  const places = direct.flatMap(({ first, blocks, perBlock }) =>
    Array.from({ length: blocks }, (_, i) => [first + i * perBlock, perBlock] as const),
  )
  readElements(block, format, [0, shape.inIndex], take)
  const data = places.map(() => block.address())
  const blocks = secondary.map(() => block.address())
  checkLookup3(block, 'the index block of an extensible array')
  for (const [i, address] of data.entries()) {
    const place = places[i]
    if (address !== undefined && place !== undefined && place[0] < used)
      await readDataBlock(array, address, place, () => true)
  }
  for (const [i, address] of blocks.entries()) {
    const level = secondary[i]
    if (address !== undefined && level !== undefined && level.first < used)
      await readSecondaryBlock(array, address, level)
  }
}

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function readExtensibleArray(
  file: FileBytes,
  address: number,
  traits: ChunkTraits,
  take: TakeElement,
): Promise<void> {
  const { index, ...header } = await readHeader(file, address, traits)
  if (index === undefined) return
  await readIndexBlock({ file, address, ...header, visited: new Set(), take }, index)
}
