// Reads the objects of a fractal heap: managed, huge and tiny ones
// (HDF5 File Format Specification 4.0, III.G).

import { damaged, unsupported } from '../../../core/errors.js'
import { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { type HeapHeader, readHeapHeader } from './fractal-heap-header.js'
import { HugeObjects } from './huge-objects.js'
import { ManagedObjects } from './managed-objects.js'

/** Types of IDs, in bits 4 and 5. */
const MANAGED = 0
const HUGE = 1
const TINY = 2
/** The longest tiny object whose length takes four bits, in bytes. */
const SHORT_TINY = 16

/** An open heap. */
export class FractalHeap {
  readonly #header: HeapHeader
  readonly #managed: ManagedObjects
  readonly #huge: HugeObjects
  /** Bytes that its objects may still take: each is asked for once, and they do not overlap. */
  #left: number

  private constructor(file: FileBytes, header: HeapHeader) {
    this.#header = header
    this.#managed = new ManagedObjects(file, header)
    this.#huge = new HugeObjects(file, header)
    this.#left = file.source.size ?? Number.MAX_SAFE_INTEGER
  }

  /** @param address of the header (FRHP), absolute @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
  static async open(file: FileBytes, address: number): Promise<FractalHeap> {
    return new FractalHeap(file, await readHeapHeader(file, address))
  }

  /**
   * An object, which is asked for once.
   * @param id a cursor at its ID, which takes as many bytes as the caller's record has for it
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
   */
  async object(id: Cursor): Promise<Cursor> {
    const { position } = id
    const found = await this.#find(id)
    this.#left -= found.bytes.length
    if (this.#left < 0) throw damaged('objects of a heap overlap', { offset: position })
    return found
  }

  async #find(id: Cursor): Promise<Cursor> {
    const offset = id.position + id.at
    const head = id.u8()
    if (head >>> 6 !== 0) throw unsupported('IDs of this version are not supported', { offset })
    const type = (head >>> 4) & 3
    if (type === MANAGED) return this.#managed.object(id)
    if (type === HUGE) return this.#huge.object(id)
    if (type === TINY) return this.#tiny(head, id)
    throw damaged('an ID of a heap is of no known type', { offset })
  }

  /** A tiny object stands in its own ID. */
  #tiny(head: number, id: Cursor): Cursor {
    const isLong = this.#header.idSize - 1 > SHORT_TINY + 1
    const length = 1 + (isLong ? (head & 0xf) * 256 + id.u8() : head & 0xf)
    return new Cursor(id.take(length), id.sizes, id.position)
  }
}
