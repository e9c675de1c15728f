// A slot: the memory of one chunk in flight.

import type { Arena } from '../kernels/workspace.js'

/** Space for the digest after a chunk, and for readers that read a few bytes too far, in bytes. */
export const PACKED_EXTRA = 16 + 64
/** Larger chunks get no place in the arena: they pass through it block by block. */
const MAX_ARENA_CHUNK = 256 * 2 ** 20

/** Whether a chunk of this size, plain or packed, gets a place in the arena. */
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

  /** A buffer for the plain bytes of a chunk. */
  plain(nbytes: number): Uint8Array {
    if (nbytes > this.#plain.length) this.#plain = this.#allocate(nbytes, this.#plain.length)
    return this.#plain.subarray(0, nbytes)
  }

  /** A buffer for a packed chunk and its digest. */
  packed(nbytes: number): Uint8Array {
    if (nbytes > this.#packed.length) this.#packed = this.#allocate(nbytes, this.#packed.length)
    return this.#packed.subarray(0, nbytes)
  }

  /** A buffer for the largest packed size of a chunk with this many plain bytes. */
  packedFor(nbytes: number): Uint8Array {
    return this.packed(nbytes + PACKED_EXTRA)
  }

  /** A sequence of growing chunks must not use up the arena, so a replacement is half as large again. */
  #allocate(nbytes: number, before: number): Uint8Array<ArrayBuffer> {
    if (!fitsArena(nbytes)) return new Uint8Array(nbytes)
    const size = Math.max(nbytes, Math.ceil(before * 1.5))
    return this.#arena.view(this.#arena.alloc(size), size) as Uint8Array<ArrayBuffer>
  }
}
