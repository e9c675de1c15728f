import type { Codec } from './codec.js'

/** LZ4 in the kernels: the hot path. */
export const lz4: Codec = {
  name: 'lz4',
  format: 1,
  splits: true,
  highRatio: false,
  speed: { compress: 1000, decompress: 2000 },
  // C-Blosc: the lower the level, the faster LZ4 skips over what does not match.
  kernel: { id: 1, level: (level) => 10 - level },
  compress(ws, src, nbytes, dst, capacity, level) {
    return ws.kernels.lz4Compress(src, nbytes, dst, capacity, 10 - level, ws.table)
  },
  compressDict: (ws, src, nbytes, dst, capacity, level, dictBytes) =>
    ws.kernels.lz4CompressDict(src, nbytes, dst, capacity, 10 - level, ws.table, dictBytes),
  decompress(ws, src, cbytes, dst, nbytes) {
    return ws.kernels.lz4Decompress(src, cbytes, dst, nbytes)
  },
  decompressStart(ws, src, cbytes, dst, nbytes, want) {
    return ws.kernels.lz4DecompressStart(src, cbytes, dst, nbytes, want)
  },
}

/** LZ4 HC: the same stream format as LZ4, searched for longer. */
export const lz4hc: Codec = {
  ...lz4,
  name: 'lz4hc',
  highRatio: true,
  speed: { compress: 60, decompress: 2000 },
  kernel: { id: 2, level: (level) => level },
  compress(ws, src, nbytes, dst, capacity, level) {
    return ws.kernels.lz4hcCompress(src, nbytes, dst, capacity, level, ws.table)
  },
  compressDict: (ws, src, nbytes, dst, capacity, level, dictBytes) =>
    ws.kernels.lz4hcCompressDict(src, nbytes, dst, capacity, level, ws.table, dictBytes),
}
