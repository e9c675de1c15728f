import type { Codec } from './codec.js'

/** BloscLZ, the codec that C-Blosc brings itself. */
export const blosclz: Codec = {
  name: 'blosclz',
  format: 0,
  splits: true,
  highRatio: false,
  speed: { compress: 1000, decompress: 1500 },
  kernel: { id: 0, level: (level) => level },
  compress(ws, src, nbytes, dst, capacity, level) {
    return ws.kernels.blosclzCompress(src, nbytes, dst, capacity, level, ws.table)
  },
  decompress(ws, src, cbytes, dst, nbytes) {
    return ws.kernels.blosclzDecompress(src, cbytes, dst, nbytes)
  },
}
