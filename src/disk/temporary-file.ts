// A private file for data that do not fit in memory. It is removed however the process ends.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt } from '../core/io-errors.js'
import { nodeDisk } from './disk.js'
import { readFully, writeFully } from './fully.js'
import { PRIVATE } from './modes.js'
import { temporaryBeside } from './temporary.js'

export class TemporaryFile {
  readonly fd: number
  /** For messages. */
  readonly name: string
  /** Bytes appended so far. */
  size = 0
  /** Its path, if an open file keeps its name (Windows); the name is removed when it is closed. */
  #left: string | undefined
  #isOpen = true

  /**
   * @param beside a path on the disk to use; the file goes in its directory. Default: the directory for
   * temporary files
   * @param name its name in messages, if different from its path
   * @throws BlpkError IO, NO_SPACE
   */
  constructor(beside = join(tmpdir(), 'blpk'), name?: string) {
    const path = temporaryBeside(beside)
    this.fd = attempt('create', path, () => nodeDisk.open(path, 'wx+', PRIVATE))
    this.name = name ?? path
    try {
      nodeDisk.unlink(path)
    } catch {
      this.#left = path
    }
  }

  /** Appends bytes. @returns their position @throws BlpkError IO, NO_SPACE */
  append(bytes: Uint8Array): number {
    const at = this.size
    this.write(at, bytes)
    this.size += bytes.length
    return at
  }

  /** @throws BlpkError IO, NO_SPACE */
  write(position: number, bytes: Uint8Array): void {
    attempt('write', this.name, () => writeFully(this.fd, bytes, position))
  }

  /** Fills `into` from a position on. @returns the number of bytes @throws BlpkError IO */
  read(position: number, into: Uint8Array): number {
    return attempt('read', this.name, () => readFully(this.fd, into, position))
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    nodeDisk.close(this.fd)
    const path = this.#left
    if (path !== undefined) attempt('remove', path, () => nodeDisk.unlink(path))
  }
}
