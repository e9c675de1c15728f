// Caches the layouts of recently read chunks, so that another read of a block is cheap.

import type { ChunkLayout } from '../../chunk/blosc2/layout.js'

/** Capacity of the cache in blocks, of 8 bytes each. */
const MAX_CACHED_BLOCKS = 1 << 19
/** Cost of a chunk header, in blocks. */
const HEADER_WEIGHT = 64

/** The layouts of recently read chunks, by their list entries. With them, a block takes a single read. */
export class LayoutCache {
  readonly #layouts = new Map<object, ChunkLayout>()
  #blocks = 0

  get(entry: object): ChunkLayout | undefined {
    return this.#layouts.get(entry)
  }

  set(entry: object, layout: ChunkLayout): void {
    // A dictionary would be stored many times.
    if (layout.dictionary !== undefined) return
    this.#layouts.set(entry, layout)
    this.#blocks += layout.starts.length + HEADER_WEIGHT
    for (const [oldest, { starts }] of this.#layouts) {
      if (this.#blocks <= MAX_CACHED_BLOCKS || oldest === entry) return
      this.#layouts.delete(oldest)
      this.#blocks -= starts.length + HEADER_WEIGHT
    }
  }

  /** After a change: replaced chunks must not be kept alive. */
  clear(): void {
    this.#layouts.clear()
    this.#blocks = 0
  }
}
