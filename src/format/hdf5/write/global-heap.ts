// Global heaps, which hold the strings of any length (HDF5 File Format Specification 4.0, III.E).

import { Put } from './put.js'

/** Readers refuse smaller ones. */
const LEAST_BYTES = 4096
/** A heap that has reached this size is closed, in bytes. */
const FULL_BYTES = 2 ** 16
const HEAD_BYTES = 16
const OBJECT_HEAD_BYTES = 16
const MAX_OBJECTS = 2 ** 16 - 1

/** Where a string is. */
export interface HeapPlace {
  /** Of the heap that holds it. */
  readonly address: number
  readonly index: number
}

/** The heaps of a file, one after the other from a position on. */
export class GlobalHeap {
  readonly #closed: Uint8Array[] = []
  /** Of the heap that is being filled. */
  #address: number
  #objects = new Put()
  #count = 0

  /** @param position of the first heap in the file, in bytes */
  constructor(position: number) {
    this.#address = position
  }

  #close(): void {
    if (this.#count === 0) return
    const used = HEAD_BYTES + this.#objects.length
    const size = Math.max(LEAST_BYTES, used)
    const block = new Put().text('GCOL').u8(1).zeros(3).length64(size).raw(this.#objects.finish())
    // Object 0 is the room that is left, with its head.
    if (size - used >= OBJECT_HEAD_BYTES) block.zeros(8).length64(size - used)
    this.#closed.push(block.finish(size))
    this.#address += size
    this.#objects = new Put()
    this.#count = 0
  }

  add(bytes: Uint8Array): HeapPlace {
    const needed = OBJECT_HEAD_BYTES + bytes.length
    if (this.#objects.length + needed > FULL_BYTES || this.#count === MAX_OBJECTS) this.#close()
    const index = ++this.#count
    this.#objects.u16(index).zeros(6).length64(bytes.length).raw(bytes).pad()
    return { address: this.#address, index }
  }

  /** All heaps in the order of their positions, once nothing more is added. */
  finish(): readonly Uint8Array[] {
    this.#close()
    return this.#closed
  }
}
