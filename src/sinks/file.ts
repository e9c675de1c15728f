import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BlpkError } from '../errors.js'
import { attempt, ioError } from '../io-errors.js'
import { readFully } from '../sources/file.js'
import type { FilePlace } from '../sources/file-place.js'
import type { ByteSink } from './byte-sink.js'

const MOVE_BYTES = 8 * 2 ** 20

/** Writes all bytes to a descriptor, at a position or at its own. */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null): void {
  let done = 0
  while (done < bytes.length) {
    const at = position === null ? null : position + done
    done += writeSync(fd, bytes, done, bytes.length - done, at)
  }
}

/** Flushes a directory, so that a rename in it survives a power cut; Windows has no such call. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export interface FileSinkOptions {
  /** Replace an existing file. */
  overwrite?: boolean
  /** A file whose mode and times the output takes over. */
  like?: Pick<Stats, 'mode' | 'atime' | 'mtime'>
}

/** A name for a temporary file beside another; whoever creates it must still do so exclusively. */
export function temporaryBeside(path: string): string {
  // Loading node:crypto for better randomness would cost more than writing a small file.
  const tag = `${process.pid.toString(36)}${Math.random().toString(36).slice(2, 10)}`
  return join(dirname(path), `.${basename(path)}.${tag}.tmp`)
}

export function existsError(path: string): BlpkError {
  return new BlpkError('EXISTS', `output file '${path}' exists (use --force to overwrite)`, { path })
}

/** A file that appears under its name only when it is whole: written beside it, flushed, then renamed. */
export class FileSink implements ByteSink {
  readonly name: string
  readonly seekable = true
  readonly #temporary: string
  readonly #options: FileSinkOptions
  readonly #fd: number
  #size = 0
  #open = true

  /** @throws BlpkError EXISTS where the file is there and must not be replaced; NOT_FOUND, IO */
  constructor(path: string, options: FileSinkOptions = {}) {
    if (options.overwrite !== true && existsSync(path)) throw existsError(path)
    this.name = path
    this.#options = options
    this.#temporary = temporaryBeside(path)
    this.#fd = attempt('create', path, () => openSync(this.#temporary, 'wx+'))
  }

  write(bytes: Uint8Array): void {
    attempt('write', this.name, () => writeFully(this.#fd, bytes, this.#size))
    this.#size += bytes.length
  }

  reserve(nbytes: number): FilePlace {
    const place = { fd: this.#fd, position: this.#size, name: this.name }
    this.#size += nbytes
    return place
  }

  patch(position: number, bytes: Uint8Array): void {
    attempt('write', this.name, () => writeFully(this.#fd, bytes, position))
  }

  makeRoom(position: number, nbytes: number): void {
    const piece = new Uint8Array(Math.min(MOVE_BYTES, this.#size - position))
    for (let end = this.#size; end > position; ) {
      const start = Math.max(position, end - piece.length)
      const part = piece.subarray(0, end - start)
      attempt('read', this.name, () => readFully(this.#fd, part, start))
      this.patch(start + nbytes, part)
      end = start
    }
    this.#size += nbytes
  }

  commit(): void {
    try {
      fsyncSync(this.#fd)
      this.#close()
      this.#takeOver()
      this.#publish()
      syncDirectory(dirname(this.name))
    } catch (error) {
      this.discard()
      throw ioError(error, 'write', this.name)
    }
  }

  #takeOver(): void {
    const { like } = this.#options
    if (like === undefined) return
    chmodSync(this.#temporary, like.mode & 0o777)
    utimesSync(this.#temporary, like.atime, like.mtime)
  }

  #publish(): void {
    if (this.#options.overwrite === true) {
      renameSync(this.#temporary, this.name)
      return
    }
    try {
      // A link refuses an existing name, which a rename would replace.
      linkSync(this.#temporary, this.name)
      unlinkSync(this.#temporary)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw existsError(this.name)
      if (existsSync(this.name)) throw existsError(this.name)
      renameSync(this.#temporary, this.name)
    }
  }

  discard(): void {
    this.#close()
    try {
      unlinkSync(this.#temporary)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw ioError(error, 'remove', this.#temporary)
    }
  }

  #close(): void {
    if (this.#open) closeSync(this.#fd)
    this.#open = false
  }
}
