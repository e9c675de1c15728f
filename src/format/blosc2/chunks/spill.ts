import { attempt } from '../../../core/io-errors.js'
import { nodeDisk } from '../../../disk/disk.js'
import { PRIVATE } from '../../../disk/modes.js'
import { temporaryBeside } from '../../../disk/temporary.js'
import { FileSource } from '../../../sources/file.js'
import { type Entry, memoryEntry } from './chunk-list.js'
import { SourceChunk } from './source-chunk.js'

/** New chunks of more bytes than this together do not stay in memory. */
const MAX_IN_MEMORY = 64 * 2 ** 20

/** Keeps the new chunks of a change until it is made: a few in memory, more in a file that nobody else sees. */
export class ChunkSpill {
  readonly #beside: string
  #inMemory = 0
  #file: FileSource | undefined
  #size = 0

  /** @param beside path of the archive; the file lies in the same directory */
  constructor(beside: string) {
    this.#beside = beside
  }

  keep(chunk: Uint8Array): Entry {
    if (this.#file === undefined && this.#inMemory + chunk.length <= MAX_IN_MEMORY) {
      this.#inMemory += chunk.length
      return memoryEntry(chunk)
    }
    this.#file ??= this.#create()
    const { fd, name } = this.#file
    const [source, position] = [this.#file, this.#size]
    attempt('write', name, () => nodeDisk.write(fd, chunk, position))
    this.#size += chunk.length
    return { open: () => new SourceChunk(source, position, chunk.length, { path: name }) }
  }

  #create(): FileSource {
    const path = temporaryBeside(this.#beside)
    const fd = attempt('create', path, () => nodeDisk.open(path, 'wx+', PRIVATE))
    attempt('remove', path, () => nodeDisk.unlink(path))
    return new FileSource(path, fd)
  }

  close(): void {
    if (this.#file !== undefined) nodeDisk.close(this.#file.fd)
    this.#file = undefined
  }
}
