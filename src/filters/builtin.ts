// The filters of the format and of C-Blosc2's plugins (except the cell filters), in the kernels.

import { usage } from '../core/errors.js'
import { type BlockContext, copyWithin, type Filter, type FilterTraits } from './filter.js'

/** For lossless filters. */
const EXACT: FilterTraits = { threads: true, keepsRepeats: true }

const width = (c: BlockContext): number => (c.meta === 0 ? c.headerTypesize : c.meta)

export const shuffle: Filter = {
  id: 1,
  name: 'shuffle',
  traits: EXACT,
  forward: (c, nbytes, src, dst) => c.ws.kernels.shuffle(width(c), nbytes, src, dst),
  backward: (c, nbytes, src, dst) => c.ws.kernels.unshuffle(width(c), nbytes, src, dst),
}

export const bitshuffle: Filter = {
  id: 2,
  name: 'bitshuffle',
  traits: EXACT,
  forward(c, nbytes, src, dst) {
    c.ws.kernels.bitshuffle(c.headerTypesize, nbytes, src, dst, c.ws.scratch('transposed', nbytes))
  },
  backward(c, nbytes, src, dst) {
    const whole = Math.floor(nbytes / c.headerTypesize) % 8 === 0
    if (c.blosc1 && !whole) copyWithin(c.ws, src, nbytes, dst)
    else c.ws.kernels.bitunshuffle(c.headerTypesize, nbytes, src, dst, c.ws.scratch('transposed', nbytes))
  },
}

/** The unit of the xor: bytes for odd typesizes, 8 bytes for multiples of 8. */
function unit(typesize: number): number {
  if (typesize === 2 || typesize === 4 || typesize === 8) return typesize
  return typesize % 8 === 0 ? 8 : 1
}

/** Block 0 is xored with itself, shifted by one item; the others with block 0. */
const delta: Filter = {
  id: 3,
  name: 'delta',
  traits: { ...EXACT, usesFirstBlock: true },
  forward(c, nbytes, src, dst) {
    const { kernels } = c.ws
    const step = unit(c.headerTypesize)
    const whole = nbytes - (nbytes % step)
    copyWithin(c.ws, src, nbytes, dst)
    if (c.reference !== undefined) kernels.xorBytes(src, c.reference, whole, dst)
    else if (whole > step) kernels.xorBytes(src + step, src, whole - step, dst + step)
  },
  backward(c, nbytes, src, dst) {
    const step = unit(c.headerTypesize)
    copyWithin(c.ws, src, nbytes, dst)
    if (c.reference === undefined) c.ws.kernels.xorPrefix(step, nbytes, dst)
    else c.ws.kernels.xorBytes(src, c.reference, nbytes - (nbytes % step), dst)
  },
}

/** Mantissa bits by typesize. */
const MANTISSA: Record<number, number> = { 4: 23, 8: 52 }

/** The meta byte of a precision is signed: positive for bits to keep, negative for bits to drop. */
function lostBits(c: BlockContext, kept: number, filter: string): number {
  const precision = c.meta > 127 ? c.meta - 256 : c.meta
  const lost = precision >= 0 ? kept - precision : -precision
  if (lost < 0 || lost >= kept) {
    throw usage(`${filter} cannot keep ${kept - lost} of ${kept} bits; keep 1 to ${kept}`)
  }
  return lost
}

const truncPrec: Filter = {
  id: 4,
  name: 'trunc_prec',
  traits: {
    threads: true,
    keepsRepeats: false,
    lossy: { dtypes: /^<f[48]$/, words: 'floats of 4 or 8 bytes, little-endian' },
  },
  forward(c, nbytes, src, dst) {
    const mantissa = MANTISSA[c.typesize]
    if (mantissa === undefined) {
      throw usage(`trunc_prec works on floats of 4 or 8 bytes, not on items of ${c.typesize}`)
    }
    c.ws.kernels.clearLowBits(c.typesize, lostBits(c, mantissa, 'trunc_prec'), nbytes, src, dst)
  },
}

const intTrunc: Filter = {
  id: 36,
  name: 'int_trunc',
  traits: {
    threads: true,
    keepsRepeats: false,
    lossy: { dtypes: /^(<[iu][248]|\|[iu]1)$/, words: 'integers, little-endian' },
  },
  forward(c, nbytes, src, dst) {
    if (![1, 2, 4, 8].includes(c.typesize)) {
      throw usage(`int_trunc works on integers of 1, 2, 4 or 8 bytes, not on items of ${c.typesize}`)
    }
    const lost = lostBits(c, 8 * c.typesize, 'int_trunc')
    c.ws.kernels.clearLowBits(c.typesize, lost, nbytes, src, dst)
  },
}

type PlaneKernel = (src: number, nbytes: number, dst: number) => void

/** Processes the byte planes of a shuffle; the remainder of an item is unchanged. */
function eachPlane(c: BlockContext, nbytes: number, src: number, dst: number, kernel: PlaneKernel): void {
  const planes = c.meta === 0 ? c.typesize : c.meta
  const size = Math.floor(nbytes / planes)
  // The claimed typesize may exceed the block by any factor.
  for (let i = 0; i < planes && size > 0; i++) kernel(src + i * size, size, dst + i * size)
  const rest = nbytes - planes * size
  if (rest > 0) copyWithin(c.ws, src + planes * size, rest, dst + planes * size)
}

export const bytedelta: Filter = {
  id: 35,
  name: 'bytedelta',
  traits: EXACT,
  forward: (c, nbytes, src, dst) => eachPlane(c, nbytes, src, dst, c.ws.kernels.deltaBytes),
  backward: (c, nbytes, src, dst) => eachPlane(c, nbytes, src, dst, c.ws.kernels.sumBytes),
}

/** The first bytedelta starts again after the last 16 bytes of a plane, as vectors did. */
const bytedeltaBuggy: Filter = {
  id: 34,
  name: 'bytedelta_buggy',
  traits: EXACT,
  backward(c, nbytes, src, dst) {
    const { sumBytes } = c.ws.kernels
    eachPlane(c, nbytes, src, dst, (from, size, to) => {
      const wide = size - (size % 16)
      sumBytes(from, wide, to)
      sumBytes(from + wide, size - wide, to + wide)
    })
  },
}

export const SIMPLE_FILTERS: readonly Filter[] = [
  shuffle,
  bitshuffle,
  delta,
  truncPrec,
  bytedeltaBuggy,
  bytedelta,
  intTrunc,
]
