// A slot: the memory of one chunk in flight.

import type { Arena } from '../kernels/workspace.js'

/** Room for the digest behind a chunk and for a reader that takes a few bytes more, in bytes. */
export const PACKED_EXTRA = 16 + 64
/** Chunks larger than this do not get a place in the arena: they go through it block by block. */
const MAX_ARENA_CHUNK = 256 * 2 ** 20

/** Does a chunk of so many bytes, plain or packed, get a place in the arena? */
export function fitsArena(nbytes: number): boolean {
  return nbytes <= MAX_ARENA_CHUNK + PACKED_EXTRA
}

/** The place of one chunk in flight: its plain and its packed bytes. */
export class Slot {
  readonly #arena: Arena
  #plain = new Uint8Array(0)
  #packed = new Uint8Array(0)

  constructor(arena: Arena) {
    this.#arena = arena
  }

  /** Room for the plain bytes of a chunk. */
  plain(nbytes: number): Uint8Array {
    if (nbytes > this.#plain.length) this.#plain = this.#allocate(nbytes, this.#plain.length)
    return this.#plain.subarray(0, nbytes)
  }

  /** Room for a packed chunk and its digest. */
  packed(nbytes: number): Uint8Array {
    if (nbytes > this.#packed.length) this.#packed = this.#allocate(nbytes, this.#packed.length)
    return this.#packed.subarray(0, nbytes)
  }

  /** Room for whatever a chunk of so many plain bytes packs to. */
  packedFor(nbytes: number): Uint8Array {
    return this.packed(nbytes + PACKED_EXTRA)
  }

  /** Chunks that get larger step by step must not use up the arena, so a second place is half as large again. */
  #allocate(nbytes: number, before: number): Uint8Array<ArrayBuffer> {
    if (!fitsArena(nbytes)) return new Uint8Array(nbytes)
    const size = Math.max(nbytes, Math.ceil(before * 1.5))
    return this.#arena.view(this.#arena.alloc(size), size) as Uint8Array<ArrayBuffer>
  }
}
