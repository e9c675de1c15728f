// Keeps the layouts of chunks that were read last, so that a second read of a block is cheap.

import type { ChunkLayout } from '../../../chunk/blosc2/layout.js'

/** Layouts are kept of so many blocks in all, 8 bytes each; those that were read last. */
const MAX_CACHED_BLOCKS = 1 << 19
/** What the header of a chunk takes besides, in blocks. */
const HEADER_WEIGHT = 64

/** The layouts of chunks that were read, by their entries in a list, so that a block costs one read the next time. */
export class LayoutCache {
  readonly #layouts = new Map<object, ChunkLayout>()
  #blocks = 0

  get(entry: object): ChunkLayout | undefined {
    return this.#layouts.get(entry)
  }

  set(entry: object, layout: ChunkLayout): void {
    // A dictionary would be held many times over.
    if (layout.dictionary !== undefined) return
    this.#layouts.set(entry, layout)
    this.#blocks += layout.starts.length + HEADER_WEIGHT
    for (const [oldest, { starts }] of this.#layouts) {
      if (this.#blocks <= MAX_CACHED_BLOCKS || oldest === entry) return
      this.#layouts.delete(oldest)
      this.#blocks -= starts.length + HEADER_WEIGHT
    }
  }

  /** After a change: a chunk that was replaced must not be held. */
  clear(): void {
    this.#layouts.clear()
    this.#blocks = 0
  }
}
