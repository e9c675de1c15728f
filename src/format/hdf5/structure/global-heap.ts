// Reads objects of global heaps, which hold the variable-length parts of items
// (HDF5 File Format Specification 4.0, III.E).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'

const HEAD_BYTES = 8
/** Collections that are kept, in bytes. */
const MOST_KEPT = 32 * 2 ** 20

/** Objects of a collection, by their index. */
type Collection = ReadonlyMap<number, Uint8Array>

function parseObjects(block: Cursor): Collection {
  const objects = new Map<number, Uint8Array>()
  const head = HEAD_BYTES + block.sizes.length
  while (block.left >= head) {
    const index = block.u16()
    // How many items refer to it, and bytes for later use.
    block.skip(6)
    const nbytes = block.length()
    // What follows is free.
    if (index === 0) break
    objects.set(index, block.take(nbytes))
    block.skip(Math.min(block.left, (8 - (nbytes % 8)) % 8))
  }
  return objects
}

/** All global heaps of a file. */
export class GlobalHeaps {
  readonly #file: FileBytes
  readonly #collections = new Map<number, Collection>()
  #kept = 0

  constructor(file: FileBytes) {
    this.#file = file
  }

  /** @param address of the collection, absolute @throws BlpkError DAMAGED, UNSUPPORTED, IO */
  async object(address: number, index: number): Promise<Uint8Array> {
    const collection = this.#collections.get(address) ?? (await this.#read(address))
    const found = collection.get(index)
    if (found === undefined)
      throw damaged(`the heap of variable-length items has no object ${index}`, { offset: address })
    return found
  }

  async #read(address: number): Promise<Collection> {
    const { length } = this.#file.sizes
    const head = await this.#file.block(address, HEAD_BYTES + length)
    head.signature('GCOL')
    const version = head.u8()
    if (version !== 1)
      throw unsupported(`global heaps of version ${version} are not supported`, { offset: address })
    head.skip(3)
    const nbytes = head.length()
    const block = await this.#file.block(address, nbytes)
    block.skip(HEAD_BYTES + length)
    const collection = parseObjects(block)
    if (this.#kept + nbytes > MOST_KEPT) {
      this.#collections.clear()
      this.#kept = 0
    }
    this.#collections.set(address, collection)
    this.#kept += nbytes
    return collection
  }
}
