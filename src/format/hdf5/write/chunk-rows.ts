// Where the chunks of a dataset were written, in few bytes for each: there may be millions.

import type { ChunkEntry } from '../model.js'

const FIRST_ROOM = 64

function grown<T extends Float64Array | Uint32Array>(larger: T, old: T): T {
  larger.set(old)
  return larger
}

/** Chunks with their positions in the grid, in C order. They may be added in any order. */
export class ChunkRows {
  #positions = new Float64Array(FIRST_ROOM)
  #addresses = new Float64Array(FIRST_ROOM)
  #cbytes = new Uint32Array(FIRST_ROOM)
  #masks = new Uint32Array(FIRST_ROOM)
  /** Rows by their positions; undefined while they are in that order anyway. */
  #order: Uint32Array | undefined
  #isSorted = true
  count = 0

  #makeRoom(): void {
    if (this.count < this.#positions.length) return
    const room = 2 * this.count
    this.#positions = grown(new Float64Array(room), this.#positions)
    this.#addresses = grown(new Float64Array(room), this.#addresses)
    this.#cbytes = grown(new Uint32Array(room), this.#cbytes)
    this.#masks = grown(new Uint32Array(room), this.#masks)
  }

  /** @param position of the chunk in the grid */
  add(position: number, { address, cbytes, mask }: ChunkEntry): void {
    this.#makeRoom()
    const i = this.count++
    if (i > 0 && position <= (this.#positions[i - 1] ?? 0)) this.#isSorted = false
    this.#order = undefined
    this.#positions[i] = position
    this.#addresses[i] = address
    this.#cbytes[i] = cbytes
    this.#masks[i] = mask
  }

  #row(i: number): number {
    if (this.#isSorted) return i
    this.#order ??= Uint32Array.from({ length: this.count }, (_, row) => row).sort(
      (a, b) => (this.#positions[a] ?? 0) - (this.#positions[b] ?? 0),
    )
    return this.#order[i] ?? 0
  }

  /** The chunk at a place in the order of positions. */
  at(i: number): ChunkEntry & { position: number } {
    const row = this.#row(i)
    return {
      position: this.#positions[row] ?? 0,
      address: this.#addresses[row] ?? 0,
      cbytes: this.#cbytes[row] ?? 0,
      mask: this.#masks[row] ?? 0,
    }
  }
}
