// The index of a dataset whose axes all have limits: a fixed array
// (HDF5 File Format Specification 4.0, VII.C).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import { type ElementFormat, elementFormat } from './element.js'
import { CHECKSUM_BYTES, hasBit, readElements, readPages, type TakeElement } from './pages.js'

/** Signature, version and client. */
const PREFIX_BYTES = 6
/** Larger pages than this are no pages: counts have at most 53 bits here. */
const MAX_PAGE_BITS = 52

interface Header {
  readonly client: number
  readonly format: ElementFormat
  /** Elements of a page. */
  readonly perPage: number
  readonly count: number
  /** Of the data block; undefined if no chunk was written. */
  readonly block: number | undefined
}

/** What is the same for all chunks of a dataset. */
export interface ChunkTraits {
  /** Plain size, in bytes. */
  readonly chunkBytes: number
  readonly hasFilters: boolean
}

function checkVersion(block: Cursor, what: string): void {
  const version = block.u8()
  if (version !== 0)
    throw unsupported(`${what} of version ${version} are not supported`, { offset: block.position })
}

async function readHeader(file: FileBytes, address: number, traits: ChunkTraits): Promise<Header> {
  const { offset, length } = file.sizes
  const header = await file.block(address, PREFIX_BYTES + 2 + length + offset + CHECKSUM_BYTES)
  header.signature('FAHD')
  checkVersion(header, 'fixed arrays')
  const client = header.u8()
  const nbytes = header.u8()
  const pageBits = header.u8()
  const count = header.length()
  const block = header.address()
  checkLookup3(header, 'the header of a fixed array')
  const format = elementFormat(header, { client, nbytes }, traits)
  if (pageBits > MAX_PAGE_BITS)
    throw damaged(`a fixed array has pages of 2^${pageBits} elements`, { offset: address })
  checkCount(file, count * nbytes, address)
  return { client, format, perPage: 2 ** pageBits, count, block }
}

/** No more elements are allocated than the file has bytes. */
function checkCount({ source: { size } }: FileBytes, nbytes: number, offset: number): void {
  if (!Number.isSafeInteger(nbytes) || (size !== undefined && nbytes > size))
    throw damaged('a fixed array claims more elements than the file has room for', { offset })
}

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function readFixedArray(
  file: FileBytes,
  address: number,
  traits: ChunkTraits,
  take: TakeElement,
): Promise<void> {
  const { client, format, perPage, count, block: at } = await readHeader(file, address, traits)
  if (at === undefined || count === 0) return
  const isPaged = count > perPage
  const bitmapBytes = isPaged ? Math.ceil(Math.ceil(count / perPage) / 8) : 0
  const dataBytes = isPaged ? 0 : count * format.nbytes
  const nbytes = PREFIX_BYTES + file.sizes.offset + bitmapBytes + dataBytes + CHECKSUM_BYTES
  const block = await file.block(at, nbytes)
  block.signature('FADB')
  checkVersion(block, 'data blocks of fixed arrays')
  if (block.u8() !== client || block.address() !== address)
    throw damaged('a data block belongs to another fixed array', { offset: at })
  const bitmap = block.take(bitmapBytes)
  if (!isPaged) readElements(block, format, [0, count], take)
  checkLookup3(block, 'a data block of a fixed array')
  if (!isPaged) return
  const pages = { address: at + nbytes, perPage, count, isThere: (page: number) => hasBit(bitmap, page) }
  await readPages(file, pages, format, 0, take)
}
