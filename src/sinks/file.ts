import { dirname } from 'node:path'
import type { MaybePromise } from '../codecs/codec.js'
import { type Disk, nodeDisk, type Owner, writeFully } from '../disk/disk.js'
import { temporaryBeside } from '../disk/temporary.js'
import { BlpkError } from '../errors.js'
import { attempt, ioError } from '../io-errors.js'
import type { FilePlace } from '../sources/file-place.js'
import type { ByteSink } from './byte-sink.js'

export { writeFully }

const MOVE_BYTES = 8 * 2 ** 20

export interface FileSinkOptions {
  /** Replace an existing file. */
  overwrite?: boolean
  /** A file whose mode and, where given, times the output takes over. */
  like?: { mode: number; atime?: Date; mtime?: Date }
  /** Who is to own it, as far as one may give files away; otherwise who runs the program. */
  owner?: Owner
  /**
   * Called before the output takes the place of an existing file, such as to wait for those who write there.
   * What it gives is called afterwards.
   */
  beforeReplace?: (path: string) => Promise<() => void>
  /** The file operations; those of the machine by default. */
  disk?: Disk
}

export function existsError(path: string): BlpkError {
  return new BlpkError('EXISTS', `output file '${path}' exists (use --force to overwrite)`, { path })
}

/** A file that appears under its name only when it is whole: written beside it, flushed, then renamed. */
export class FileSink implements ByteSink {
  readonly name: string
  readonly seekable = true
  /** What is written, not yet under its name. */
  readonly fd: number
  readonly #temporary: string
  readonly #options: FileSinkOptions
  readonly #disk: Disk
  #size = 0
  #open = true

  /** @throws BlpkError EXISTS where the file is there and must not be replaced; NOT_FOUND, IO */
  constructor(path: string, options: FileSinkOptions = {}) {
    this.name = path
    this.#options = options
    this.#disk = options.disk ?? nodeDisk
    if (options.overwrite !== true && this.#isThere()) throw existsError(path)
    this.#temporary = temporaryBeside(path)
    this.fd = attempt('create', path, () => this.#disk.open(this.#temporary, 'wx+'))
  }

  #isThere(): boolean {
    return attempt('create', this.name, () => this.#disk.find(this.name)) !== undefined
  }

  write(bytes: Uint8Array): void {
    this.patch(this.#size, bytes)
    this.#size += bytes.length
  }

  reserve(nbytes: number): FilePlace {
    const place = { fd: this.fd, position: this.#size, name: this.name }
    this.#size += nbytes
    return place
  }

  patch(position: number, bytes: Uint8Array): void {
    attempt('write', this.name, () => this.#disk.write(this.fd, bytes, position))
  }

  makeRoom(position: number, nbytes: number): void {
    const piece = new Uint8Array(Math.min(MOVE_BYTES, this.#size - position))
    for (let end = this.#size; end > position; ) {
      const start = Math.max(position, end - piece.length)
      const part = piece.subarray(0, end - start)
      attempt('read', this.name, () => this.#disk.read(this.fd, part, start))
      this.patch(start + nbytes, part)
      end = start
    }
    this.#size += nbytes
  }

  commit(): MaybePromise<void> {
    const { beforeReplace, overwrite } = this.#options
    if (beforeReplace === undefined || overwrite !== true || !this.#isThere()) return this.#commit()
    return this.#commitAfter(beforeReplace)
  }

  async #commitAfter(beforeReplace: (path: string) => Promise<() => void>): Promise<void> {
    let release: () => void
    try {
      release = await beforeReplace(this.name)
    } catch (error) {
      this.discard()
      throw error
    }
    try {
      this.#commit()
    } finally {
      release()
    }
  }

  #commit(): void {
    try {
      this.#takeOver()
      this.#disk.sync(this.fd)
      this.#close()
      this.#setTimes()
      this.#publish()
      this.#disk.syncDirectory(dirname(this.name))
    } catch (error) {
      this.discard()
      throw ioError(error, 'write', this.name)
    }
  }

  #takeOver(): void {
    const { like, owner } = this.#options
    if (like !== undefined) this.#disk.dress(this.fd, like.mode & 0o777, owner)
  }

  #setTimes(): void {
    const { atime, mtime } = this.#options.like ?? {}
    if (atime !== undefined && mtime !== undefined) this.#disk.setTimes(this.#temporary, atime, mtime)
  }

  #publish(): void {
    if (this.#options.overwrite === true) {
      this.#disk.rename(this.#temporary, this.name)
      return
    }
    try {
      // A link refuses an existing name, which a rename would replace.
      this.#disk.link(this.#temporary, this.name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw existsError(this.name)
      if (this.#isThere()) throw existsError(this.name)
      this.#disk.rename(this.#temporary, this.name)
      return
    }
    this.#removeTemporary()
  }

  discard(): void {
    this.#close()
    attempt('remove', this.#temporary, () => this.#removeTemporary())
  }

  /** An append to the new file may have removed it already. */
  #removeTemporary(): void {
    try {
      this.#disk.unlink(this.#temporary)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  #close(): void {
    if (this.#open) this.#disk.close(this.fd)
    this.#open = false
  }
}
