// Finds objects that are too large for the blocks of a fractal heap
// (HDF5 File Format Specification 4.0, III.G, and B-tree records of type 1).

import { damaged } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { eachRecord } from './btree2.js'
import type { HeapHeader } from './fractal-heap-header.js'

/** Type of the records that give addresses and lengths by IDs. */
const BY_ID = 1

interface Place {
  readonly address: number
  readonly nbytes: number
}

/** The objects of one heap that lie outside of its blocks. */
export class HugeObjects {
  readonly #file: FileBytes
  readonly #header: HeapHeader
  #places: Promise<ReadonlyMap<number, Place>> | undefined

  constructor(file: FileBytes, header: HeapHeader) {
    this.#file = file
    this.#header = header
  }

  /** @param id a cursor behind the first byte of the ID */
  async object(id: Cursor): Promise<Cursor> {
    const { address, nbytes } = await this.#place(id)
    return this.#file.block(address, nbytes)
  }

  async #place(id: Cursor): Promise<Place> {
    const { offset, length } = this.#file.sizes
    const room = this.#header.idSize - 1
    if (room >= offset + length) return { address: id.needAddress(), nbytes: id.length() }
    const number = id.uint(Math.min(room, 8))
    this.#places ??= this.#readPlaces()
    const place = (await this.#places).get(number)
    if (place === undefined)
      throw damaged('a huge object of a heap is missing', { offset: this.#header.address })
    return place
  }

  async #readPlaces(): Promise<ReadonlyMap<number, Place>> {
    const places = new Map<number, Place>()
    const { hugeTree } = this.#header
    if (hugeTree === undefined) return places
    for await (const record of eachRecord(this.#file, hugeTree, [BY_ID])) {
      const place = { address: record.needAddress(), nbytes: record.length() }
      places.set(record.length(), place)
    }
    return places
  }
}
