// Finds objects in the blocks of a fractal heap (HDF5 File Format Specification 4.0, III.G, FHDB and FHIB).

import { BlpkError, damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3, lookup3 } from '../bytes/lookup3.js'
import { entryAt, rowsOf } from './doubling-table.js'
import type { HeapHeader } from './fractal-heap-header.js'

/** A block of the heap; `start` is its position in the heap's space, in bytes. */
interface Block {
  readonly address: number
  readonly start: number
}

/** The objects of one heap that lie in its blocks. */
export class ManagedObjects {
  readonly #file: FileBytes
  readonly #header: HeapHeader
  /** Children of indirect blocks, by the address of the block. */
  readonly #children = new Map<number, Promise<readonly (number | undefined)[]>>()
  /** Addresses of direct blocks whose checksums are right. */
  readonly #checked = new Set<number>()

  constructor(file: FileBytes, header: HeapHeader) {
    this.#file = file
    this.#header = header
  }

  /** @param id a cursor behind the first byte of the ID */
  async object(id: Cursor): Promise<Cursor> {
    const { offsetSize, lengthSize } = this.#header
    const position = id.uint(offsetSize)
    const nbytes = id.uint(lengthSize)
    const { block, size } = await this.#find(position)
    const within = position - block.start
    if (within < this.#headBytes() || within + nbytes > size)
      throw damaged('an object of a heap reaches beyond its block', { offset: block.address })
    await this.#check(block, size)
    return this.#file.block(block.address + within, nbytes)
  }

  /** In front of the objects of a direct block. */
  #headBytes(): number {
    const { checksums, offsetSize } = this.#header
    return 5 + this.#file.sizes.offset + offsetSize + (checksums ? 4 : 0)
  }

  /** The direct block around a position in the heap. */
  async #find(position: number): Promise<{ block: Block; size: number }> {
    const { root, rootRows, table, address } = this.#header
    const beyond = () => damaged('an object lies beyond the end of its heap', { offset: address })
    if (root === undefined) throw beyond()
    let block: Block = { address: root, start: 0 }
    let rows = rootRows
    if (rows === 0) {
      if (position >= table.startSize) throw beyond()
      return { block, size: table.startSize }
    }
    // Each indirect block has fewer rows than the one around it.
    while (rows > 0) {
      const entry = entryAt(table, position - block.start, rows)
      if (entry === undefined) throw beyond()
      const child = (await this.#childrenOf(block, rows))[entry.index]
      if (child === undefined) throw beyond()
      block = { address: child, start: block.start + entry.offset }
      if (entry.isDirect) return { block, size: entry.size }
      const inner = rowsOf(table, entry.size)
      if (inner >= rows) throw damaged('a block of a heap is too large', { offset: child })
      rows = inner
    }
    throw beyond()
  }

  #childrenOf(block: Block, rows: number): Promise<readonly (number | undefined)[]> {
    const known = this.#children.get(block.address)
    const found = known ?? this.#readChildren(block, rows)
    if (known === undefined) {
      this.#children.set(block.address, found)
      found.catch(() => this.#children.delete(block.address))
    }
    return found
  }

  async #readChildren({ address, start }: Block, rows: number): Promise<readonly (number | undefined)[]> {
    const { table, offsetSize } = this.#header
    const { offset } = this.#file.sizes
    const count = rows * table.width
    const block = await this.#file.block(address, 9 + offset + offsetSize + count * offset)
    block.signature('FHIB')
    this.#checkHead(block, start)
    const children: (number | undefined)[] = []
    for (let i = 0; i < count; i++) children.push(block.address())
    checkLookup3(block, 'an indirect block of a heap')
    return children
  }

  /** What direct and indirect blocks start with, behind their signatures. */
  #checkHead(block: Cursor, start: number): void {
    const { position: offset } = block
    const version = block.u8()
    if (version !== 0) throw unsupported(`heap blocks of version ${version} are not supported`, { offset })
    const belongs = block.needAddress() === this.#header.address
    if (!belongs || block.uint(this.#header.offsetSize) !== start)
      throw damaged('a block belongs to another place of a heap', { offset })
  }

  /** Checks a direct block, once. Its checksum is that of the block with zeros in place of it. */
  async #check({ address, start }: Block, size: number): Promise<void> {
    if (this.#checked.has(address)) return
    const block = await this.#file.block(address, size)
    block.signature('FHDB')
    this.#checkHead(block, start)
    if (this.#header.checksums) {
      const bytes = block.bytes.slice()
      bytes.fill(0, block.at, block.at + 4)
      if (lookup3(bytes) !== block.u32())
        throw new BlpkError('CHECKSUM', 'a block of a heap does not match its checksum', { offset: address })
    }
    this.#checked.add(address)
  }
}
