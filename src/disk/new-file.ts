// A file that appears under its name only when it is complete.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { FilePlace } from '../bytes/file-place.js'
import { BlpkError } from '../core/errors.js'
import { attempt, ioError } from '../core/io-errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import { type Disk, type FileFacts, nodeDisk, type Owner } from './disk.js'
import { type Access, HAS_MODES, modeWithin, NEW_FILE } from './modes.js'
import { flushName, removeLeft } from './published.js'
import { temporaryBeside } from './temporary.js'

const MOVE_BYTES = 8 * 2 ** 20

/** How a file is written. */
export interface FileSinkOptions {
  /** Replace an existing file. */
  overwrite?: boolean
  /** A file whose mode and (if requested) times the output takes over. */
  like?: (Access & { atime?: Date; mtime?: Date }) | undefined
  /**
   * Files whose contents go into the output. The output must not be accessible to more users than each of
   * them.
   */
  within?: readonly Access[]
  /** Owner of the output, as far as permitted. Default: the user who runs the program. */
  owner?: Owner
  /**
   * Called before the output replaces an existing file, for example to wait for writers. The function that it
   * returns is called afterwards.
   */
  beforeReplace?: (path: string) => Promise<() => void>
  /** The file operations. Default: those of the machine. */
  disk?: Disk
}

export function existsError(path: string): BlpkError {
  return new BlpkError('EXISTS', `output file '${path}' exists`, { path }, undefined, { option: 'overwrite' })
}

/**
 * A file that appears under its name only when it is complete: it is written beside it, flushed and renamed.
 */
export class FileSink implements ByteSink {
  readonly name: string
  readonly seekable = true
  /** The file being written, not yet under its name. */
  readonly fd: number
  readonly #temporary: string
  readonly #options: FileSinkOptions
  readonly #disk: Disk
  #size = 0
  #open = true

  /** @throws BlpkError EXISTS if the file exists and must not be replaced; NOT_FOUND, IO */
  constructor(place: PlaceName, options: FileSinkOptions = {}) {
    const path = placeName(place)
    this.name = path
    this.#options = options
    this.#disk = options.disk ?? nodeDisk
    const there = this.#find()
    if (options.overwrite !== true && there !== undefined) throw existsError(path)
    this.#temporary = temporaryBeside(path)
    this.fd = attempt('create', path, () => this.#create(there))
  }

  #find(): FileFacts | undefined {
    return attempt('create', this.name, () => this.#disk.find(this.name))
  }

  #isThere(): boolean {
    return this.#find() !== undefined
  }

  /**
   * The file is never more accessible while it is written than at the end.
   * @param there the file that it replaces
   */
  #create(there: FileFacts | undefined): number {
    const { like, owner, within = [] } = this.#options
    if (!HAS_MODES) return this.#disk.open(this.#temporary, 'wx+')
    const source = like === undefined ? [] : [{ mode: like.mode, gid: like.gid ?? owner?.gid }]
    const replaced = there?.isFile === true ? [there] : []
    const limits = [...source, ...replaced, ...within]
    const mode = like?.mode ?? replaced[0]?.mode
    const fd = this.#disk.open(this.#temporary, 'wx+', modeWithin(mode ?? NEW_FILE, limits, undefined))
    // If it is modelled on no other file, the umask decides.
    if (mode !== undefined) this.#dress(fd, mode, limits)
    return fd
  }

  #dress(fd: number, mode: number, limits: readonly Access[]): void {
    const { owner } = this.#options
    const facts = this.#disk.facts(fd)
    const last = modeWithin(mode, limits, facts.gid)
    try {
      if (owner !== undefined) this.#disk.dress(fd, mode, owner)
      else if (last !== facts.mode) this.#disk.dress(fd, last)
    } catch (error) {
      this.#disk.close(fd)
      this.#disk.unlink(this.#temporary)
      throw error
    }
  }

  write(bytes: Uint8Array): void {
    this.patch(this.#size, bytes)
    this.#size += bytes.length
  }

  reserve(nbytes: number): FilePlace | undefined {
    // Threads only know the files of the machine.
    if (this.#disk !== nodeDisk) return undefined
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
    } catch (error) {
      this.discard()
      throw ioError(error, 'write', this.name)
    }
    removeLeft(this.#temporary, this.name, () => this.#removeTemporary())
    flushName(this.#disk, this.name)
  }

  #takeOver(): void {
    const { like } = this.#options
    if (like !== undefined && !HAS_MODES) this.#disk.dress(this.fd, like.mode & 0o777)
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
      // Creating a link fails for an existing name; a rename would replace it.
      this.#disk.link(this.#temporary, this.name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw existsError(this.name)
      if (this.#isThere()) throw existsError(this.name)
      this.#disk.rename(this.#temporary, this.name)
    }
  }

  discard(): void {
    this.#close()
    attempt('remove', this.#temporary, () => this.#removeTemporary())
  }

  /** It may have been renamed, or an append to the new file may already have removed it. */
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
