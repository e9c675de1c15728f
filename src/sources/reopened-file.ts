// A file that is open only while it is read, so that many can be read with few descriptors.

import { join } from 'node:path'
import type { ByteSource } from '../bytes/byte-source.js'
import { FileSource } from './file.js'
import { openWithin } from './within.js'

/**
 * A file that is open only while it is read: one of many, such as the chunks of a sparse frame. This also
 * allows renaming its directory on Windows.
 */
export class ReopenedFileSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true

  readonly #directory: string

  /**
   * @param directory the directory of the file; a link must not lead out of it
   * @throws BlpkError NOT_FOUND, IO; DAMAGED for such a link, and for anything but a regular file
   */
  constructor(directory: string, name: string) {
    this.#directory = directory
    this.name = join(directory, name)
    this.size = this.#use((file) => file.size)
  }

  read(position: number, into: Uint8Array): number {
    return this.#use((file) => file.read(position, into))
  }

  #use<T>(action: (file: FileSource) => T): T {
    const file = new FileSource(this.name, openWithin(this.#directory, this.name), true)
    try {
      return action(file)
    } finally {
      file.close()
    }
  }

  close(): void {}
}
