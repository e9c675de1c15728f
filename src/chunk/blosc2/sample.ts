// Takes the samples for the dictionary of a chunk.

import type { Workspace } from '../../kernels/workspace.js'

/** Largest dictionary that C-Blosc2 reads, and smallest that it makes, in bytes. */
const MOST_DICTIONARY = 32 * 1024
const LEAST_DICTIONARY = 256
/** A dictionary is at least this many times smaller than its chunk. */
const CHUNK_SHARE = 20
/** Samples come from this many blocks, or more if blocks are small; at most a quarter of each. */
const SAMPLED_BLOCKS = 16
const BLOCK_SHARE = 4
const ZSTD_DICTIONARY_MAGIC = 0xec30a437

/** Size of the dictionary for a chunk of `nbytes` plain bytes; 0 if it does not pay off (C-Blosc2's rule). */
export function dictionaryBytes(nbytes: number): number {
  const size = Math.min(MOST_DICTIONARY, Math.floor(nbytes / CHUNK_SHARE))
  return size < LEAST_DICTIONARY ? 0 : size
}

/** The blocks that samples are taken from, spread over the chunk, starting with block 0. */
export function sampledBlocks(nblocks: number, blocksize: number, size: number): number[] {
  const count = Math.min(nblocks, Math.max(SAMPLED_BLOCKS, Math.ceil((BLOCK_SHARE * size) / blocksize)))
  return Array.from({ length: count }, (_, k) => Math.floor((k * nblocks) / count))
}

/** Takes samples of filtered blocks, equally from the start of each stream. */
export class Sampler {
  readonly #ws: Workspace
  readonly #address: number
  readonly #size: number
  readonly #share: number
  /** Bytes taken so far. */
  #taken = 0

  /**
   * @param address where the samples go, in the arena
   * @param size room there, in bytes
   * @param blocks how many blocks will be sampled
   */
  constructor(ws: Workspace, address: number, size: number, blocks: number) {
    this.#ws = ws
    this.#address = address
    this.#size = size
    this.#share = Math.ceil(size / blocks)
  }

  /** @param streams how many streams of the same size the block has */
  take(block: number, nbytes: number, streams: number): void {
    const each = nbytes / streams
    const part = Math.min(each, Math.ceil(this.#share / streams))
    for (let i = 0; i < streams; i++) {
      const size = Math.min(part, this.#size - this.#taken)
      this.#ws.view(this.#address + this.#taken, size).set(this.#ws.view(block + i * each, size))
      this.#taken += size
    }
  }

  /**
   * @returns the size of the dictionary. Bytes that Zstandard would take for a trained one lose the first
   * byte
   */
  finish(): number {
    const bytes = this.#ws.view(this.#address, this.#taken)
    const magic = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
    if (magic === ZSTD_DICTIONARY_MAGIC) bytes[0] = 0
    return this.#taken
  }
}
