import type { Editable } from '../sinks/editable-file.js'

const COPY_BYTES = 1 << 20

interface Saved {
  position: number
  bytes: Uint8Array
}

/**
 * What must be put back when a change of an archive fails: saved before it is overwritten.
 * The one place that a journal on disk goes under.
 */
export class Undo {
  readonly #file: Editable
  readonly #size: number
  readonly #saved: Saved[] = []

  constructor(file: Editable) {
    this.#file = file
    this.#size = file.size
  }

  /** Saves the bytes of a range; what lies behind the end of the file needs no saving. */
  async save(position: number, nbytes: number): Promise<void> {
    const end = Math.min(this.#size, position + nbytes)
    for (let at = position; at < end; at += COPY_BYTES) {
      const bytes = new Uint8Array(Math.min(COPY_BYTES, end - at))
      await this.#file.read(at, bytes)
      this.#saved.push({ position: at, bytes })
    }
  }

  /** Puts everything back as it was. */
  rollBack(): void {
    for (const { position, bytes } of this.#saved) this.#file.write(position, bytes)
    this.#file.truncate(this.#size)
    this.#file.sync()
  }
}
