// BloscLZ, C-Blosc's own codec, in the kernels.

import type { Codec } from './codec.js'

export const blosclz: Codec = {
  name: 'blosclz',
  ids: { blosc1: 0, blosc2: 0 },
  traits: {
    splits: { blosc1: true, blosc2: 9 },
    highRatio: false,
    speed: { compress: 1000, decompress: 1500 },
    threads: true,
  },
  kernel: { id: 0, decodes: true, level: (level) => level },
  encode: ({ ws, src, srcBytes, dst, dstBytes, level }) =>
    ws.kernels.blosclzCompress(src, srcBytes, dst, dstBytes, level, ws.table),
  decode: ({ ws, src, srcBytes, dst, dstBytes }) =>
    ws.kernels.blosclzDecompress(src, srcBytes, dst, dstBytes),
}
