import type { ByteSource } from './byte-source.js'
import { FileSource } from './file.js'

/**
 * A file that is open only while it is read: one of many, such as the chunks of a sparse frame. Its directory
 * can then be renamed on Windows too.
 */
export class BriefFileSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true

  /** @throws BlpkError NOT_FOUND or IO */
  constructor(path: string) {
    this.name = path
    this.size = this.#use((file) => file.size)
  }

  read(position: number, into: Uint8Array): number {
    return this.#use((file) => file.read(position, into))
  }

  #use<T>(action: (file: FileSource) => T): T {
    const file = new FileSource(this.name)
    try {
      return action(file)
    } finally {
      file.close()
    }
  }

  close(): void {}
}
