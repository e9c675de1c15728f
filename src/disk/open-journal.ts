// A journal that is open for reading: its facts, and the saved bytes.

import { BlpkError } from '../core/errors.js'
import type { Disk, FileId } from './disk.js'
import type { JournalFacts } from './journal-format.js'
import type { Patch } from './patches.js'
import { inPieces } from './pieces.js'

/** A journal that is open for reading. */
export class Journal {
  readonly facts: JournalFacts
  readonly id: FileId
  /** The saved bytes, as patches over the archive. */
  readonly patches: readonly Patch[]
  readonly #disk: Disk
  readonly #fd: number
  readonly #starts: number[] = []

  /** @param dataAt position of the saved bytes */
  constructor(disk: Disk, fd: number, id: FileId, facts: JournalFacts, dataAt: number) {
    this.#disk = disk
    this.#fd = fd
    this.id = id
    this.facts = facts
    let at = dataAt
    for (const [, nbytes] of facts.ranges) {
      this.#starts.push(at)
      at += nbytes
    }
    this.patches = facts.ranges.map(([position, nbytes], i) => ({
      position,
      nbytes,
      read: (offset, into) => this.#read(i, offset, into),
    }))
  }

  #read(range: number, offset: number, into: Uint8Array): void {
    const n = this.#disk.read(this.#fd, into, (this.#starts[range] ?? 0) + offset)
    if (n < into.length) throw new BlpkError('IO', 'the journal shrank while it was read')
  }

  /** Restores the archive and flushes it. */
  apply(archive: number): void {
    this.facts.ranges.forEach(([position, nbytes], i) => {
      inPieces(this.#disk, this.#fd, this.#starts[i] ?? 0, nbytes, (piece, offset) =>
        this.#disk.write(archive, piece, position + offset),
      )
    })
    this.#disk.truncate(archive, this.facts.size)
    this.#disk.sync(archive)
  }

  close(): void {
    this.#disk.close(this.#fd)
  }
}
