// Where the next block of a file goes: blocks are written one after the other, and know only addresses before
// them.

/** The end of what was written so far. */
export interface Place {
  /** In the file, in bytes. */
  position: number
}

/** Blocks in the order of their positions; the value is what the blocks to come must know, often an address. */
export type Blocks<T> = Generator<Uint8Array, T, undefined>

/** Puts one block at the end. @returns its address */
export function* put(place: Place, block: Uint8Array): Blocks<number> {
  const address = place.position
  place.position += block.length
  yield block
  return address
}
