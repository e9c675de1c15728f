// Sources that handle signals while they are read.

import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError } from '../core/errors.js'
import { EventTurns } from '../core/event-turns.js'

/**
 * A source that lets signals through while a file is scanned or copied. Nothing waits there, so the event
 * loop would not get a turn before the end.
 */
export class AbortableSource implements ByteSource {
  readonly name: string
  readonly size: number | undefined
  readonly seekable: boolean
  declare readonly fd?: number
  readonly #source: ByteSource
  readonly #signal: AbortSignal
  readonly #turns = new EventTurns()

  constructor(source: ByteSource, signal: AbortSignal) {
    this.name = source.name
    this.size = source.size
    this.seekable = source.seekable
    if (source.fd !== undefined) this.fd = source.fd
    this.#source = source
    this.#signal = signal
  }

  read(position: number, into: Uint8Array): number | Promise<number> {
    return this.#turns.isDue ? this.#readLater(position, into) : this.#source.read(position, into)
  }

  async #readLater(position: number, into: Uint8Array): Promise<number> {
    await this.#turns.rest()
    if (this.#signal.aborted) throw new BlpkError('INTERRUPTED', 'interrupted')
    return this.#source.read(position, into)
  }

  inFile(position: number, nbytes: number): boolean {
    return this.#source.inFile?.(position, nbytes) ?? true
  }

  close(): void | Promise<void> {
    return this.#source.close()
  }
}
