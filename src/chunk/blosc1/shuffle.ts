import type { Workspace } from '../../kernels/workspace.js'
import type { Shuffle } from './header.js'

/** A reversible rearrangement of a block's bytes, before the codec. Addresses are in the arena, sizes in bytes. */
export interface Filter {
  forward(ws: Workspace, typesize: number, nbytes: number, src: number, dst: number): void
  backward(ws: Workspace, typesize: number, nbytes: number, src: number, dst: number): void
  /** Does it change a block of this size at all? */
  applies(typesize: number, nbytes: number): boolean
}

const byteShuffle: Filter = {
  forward: (ws, typesize, nbytes, src, dst) => ws.kernels.shuffle(typesize, nbytes, src, dst),
  backward: (ws, typesize, nbytes, src, dst) => ws.kernels.unshuffle(typesize, nbytes, src, dst),
  applies: (typesize) => typesize > 1,
}

const bitShuffle: Filter = {
  forward(ws, typesize, nbytes, src, dst) {
    ws.kernels.bitshuffle(typesize, nbytes, src, dst, ws.scratch('transposed', nbytes))
  },
  backward(ws, typesize, nbytes, src, dst) {
    ws.kernels.bitunshuffle(typesize, nbytes, src, dst, ws.scratch('transposed', nbytes))
  },
  // Format version 2: a block whose items are no multiple of 8 is left as it is.
  applies: (typesize, nbytes) => nbytes >= typesize && Math.floor(nbytes / typesize) % 8 === 0,
}

const FILTERS: Record<Shuffle, Filter | undefined> = { none: undefined, byte: byteShuffle, bit: bitShuffle }

/** The filter of a Blosc 1 chunk for a block of this size, or undefined where the block stays as it is. */
export function filterForBlock(shuffle: Shuffle, typesize: number, nbytes: number): Filter | undefined {
  const filter = FILTERS[shuffle]
  return filter?.applies(typesize, nbytes) === true ? filter : undefined
}
