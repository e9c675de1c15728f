// Reads files at any position.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError, closedError } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import { readFully } from '../disk/fully.js'

/** Opening a pipe instead of a file would block; Windows has no such pipes. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A regular file, or a descriptor of one. */
export class FileSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true
  readonly fd: number
  readonly #owned: boolean
  #isClosed = false

  /**
   * @param place path of the file
   * @param fd an open descriptor of a file to use
   * @param owned close that descriptor in the end
   * @throws BlpkError NOT_FOUND or IO
   */
  constructor(place: PlaceName, fd?: number, owned = fd === undefined) {
    const path = placeName(place)
    this.name = path
    this.#owned = owned
    this.fd = fd ?? attempt('open', path, () => openSync(path, READ))
    const stat = attempt('open', path, () => fstatSync(this.fd))
    if (this.#owned && !stat.isFile()) {
      this.close()
      const what = stat.isDirectory() ? 'it is a directory' : 'it is not a regular file'
      throw new BlpkError('IO', `cannot read '${path}': ${what}`, { path })
    }
    this.size = stat.size
  }

  /** @throws BlpkError IO, CLOSED */
  read(position: number, into: Uint8Array): number {
    // The number may have been reused for another file.
    if (this.#isClosed) throw closedError(`'${this.name}'`)
    return attempt('read', this.name, () => readFully(this.fd, into, position))
  }

  /** Releases what it holds open. */
  close(): void {
    if (this.#owned && !this.#isClosed) closeSync(this.fd)
    this.#isClosed = true
  }

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
