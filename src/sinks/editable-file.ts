import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from 'node:fs'
import { BlpkError } from '../errors.js'
import { attempt } from '../io-errors.js'
import type { ByteSource } from '../sources/byte-source.js'
import { readFully } from '../sources/file.js'
import { writeFully } from './file.js'

/** A place whose bytes are changed where they stand. All overwriting of archives goes through here. */
export interface Editable extends ByteSource {
  readonly size: number
  write(position: number, bytes: Uint8Array): void
  truncate(size: number): void
  /** Makes everything that was written lasting. */
  sync(): void
}

/** A file opened for reading and changing. */
export class EditableFile implements Editable {
  readonly name: string
  readonly seekable = true
  readonly #fd: number

  /** @throws BlpkError NOT_FOUND or IO; only regular files can be changed */
  constructor(path: string) {
    this.name = path
    this.#fd = attempt('open', path, () => openSync(path, 'r+'))
    if (!fstatSync(this.#fd).isFile()) {
      this.close()
      throw new BlpkError('IO', `cannot append to '${path}': it is no regular file`, { path })
    }
  }

  get size(): number {
    return fstatSync(this.#fd).size
  }

  read(position: number, into: Uint8Array): number {
    return attempt('read', this.name, () => readFully(this.#fd, into, position))
  }

  write(position: number, bytes: Uint8Array): void {
    attempt('write', this.name, () => writeFully(this.#fd, bytes, position))
  }

  truncate(size: number): void {
    attempt('write', this.name, () => ftruncateSync(this.#fd, size))
  }

  sync(): void {
    attempt('write', this.name, () => fsyncSync(this.#fd))
  }

  close(): void {
    closeSync(this.#fd)
  }
}
