// The new chunks of a change, until it is committed.

import { TemporaryFile } from '../../../disk/temporary-file.js'
import { FileSource } from '../../../sources/file.js'
import { type Entry, memoryEntry } from '../../chunks/chunk-list.js'
import { SourceChunk } from '../../chunks/source-chunk.js'

/** New chunks of more than this total size are not kept in memory, in bytes. */
const MAX_IN_MEMORY = 64 * 2 ** 20

/** Keeps the new chunks of a change: a few in memory, more in a private file. */
export class ChunkSpill {
  readonly #beside: string
  #inMemory = 0
  #file: TemporaryFile | undefined

  /** @param beside path of the archive; the file goes in the same directory */
  constructor(beside: string) {
    this.#beside = beside
  }

  keep(chunk: Uint8Array): Entry {
    if (this.#file === undefined && this.#inMemory + chunk.length <= MAX_IN_MEMORY) {
      this.#inMemory += chunk.length
      return memoryEntry(chunk)
    }
    this.#file ??= new TemporaryFile(this.#beside)
    const { name, fd } = this.#file
    const source = new FileSource(name, fd)
    const position = this.#file.append(chunk)
    return { open: () => new SourceChunk(source, position, chunk.length, { path: name }) }
  }

  close(): void {
    this.#file?.close()
    this.#file = undefined
  }
}
