import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { BlpkError, closedError } from '../errors.js'
import { attempt } from '../io-errors.js'
import { type PlaceName, placeName } from '../place-name.js'
import type { ByteSource } from './byte-source.js'

/** Systems take less than 2 GiB in one read or write; so much is asked for at a time, in bytes. */
export const MOST_AT_ONCE = 2 ** 30

/** Fills `into` from a file at `position`; fewer bytes only at the end. */
export function readFully(fd: number, into: Uint8Array, position: number): number {
  let done = 0
  while (done < into.length) {
    const n = readSync(fd, into, done, Math.min(into.length - done, MOST_AT_ONCE), position + done)
    if (n === 0) break
    done += n
  }
  return done
}

/** A regular file, or a descriptor of one. */
export class FileSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true
  readonly fd: number
  readonly #owned: boolean
  #isClosed = false

  /**
   * @param path name of the file
   * @param fd an open descriptor to use, which then stays open
   * @throws BlpkError NOT_FOUND or IO
   */
  constructor(place: PlaceName, fd?: number) {
    const path = placeName(place)
    this.name = path
    this.#owned = fd === undefined
    this.fd = fd ?? attempt('open', path, () => openSync(path, 'r'))
    const stat = attempt('open', path, () => fstatSync(this.fd))
    if (stat.isDirectory()) {
      this.close()
      throw new BlpkError('IO', `cannot read '${path}': it is a directory`, { path })
    }
    this.size = stat.size
  }

  /** @throws BlpkError IO, CLOSED */
  read(position: number, into: Uint8Array): number {
    // Its number may be that of another file by now.
    if (this.#isClosed) throw closedError(`'${this.name}'`)
    return attempt('read', this.name, () => readFully(this.fd, into, position))
  }

  close(): void {
    if (this.#owned && !this.#isClosed) closeSync(this.fd)
    this.#isClosed = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
