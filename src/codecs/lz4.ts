// LZ4 and LZ4 HC in the kernels: the hot path.

import type { Codec, StreamContext } from './codec.js'

/** Streams that refer to a dictionary are decoded right after it. */
function decodeWithDictionary(c: StreamContext, dictionary: Uint8Array): number {
  const { ws, dst, dstBytes } = c
  const window = ws.scratch('window', dictionary.length + dstBytes)
  const target = window + dictionary.length
  ws.view(window, dictionary.length).set(dictionary)
  const size = ws.kernels.lz4DecompressDict(c.src, c.srcBytes, target, dstBytes, dictionary.length)
  if (size > 0) ws.view(dst, size).set(ws.view(target, size))
  return size
}

function decode(c: StreamContext): number {
  const { ws, src, srcBytes, dst, dstBytes, want } = c
  if (c.dictionary !== undefined) return decodeWithDictionary(c, c.dictionary)
  if (want < dstBytes) {
    const started = ws.kernels.lz4DecompressStart(src, srcBytes, dst, dstBytes, want)
    if (started >= want) return started
  }
  return ws.kernels.lz4Decompress(src, srcBytes, dst, dstBytes)
}

/** C-Blosc: the lower the level, the faster LZ4 skips incompressible data. */
const acceleration = (level: number): number => 10 - level

export const lz4: Codec = {
  name: 'lz4',
  ids: { blosc1: 1, blosc2: 1 },
  traits: {
    splits: { blosc1: true, blosc2: 9 },
    highRatio: false,
    speed: { compress: 1000, decompress: 2000 },
    threads: true,
    dictionary: true,
  },
  kernel: { id: 1, decodes: true, level: acceleration },
  encode({ ws, src, srcBytes, dst, dstBytes, level, dictionary }) {
    const { kernels, table } = ws
    const skip = acceleration(level)
    if (dictionary === undefined) return kernels.lz4Compress(src, srcBytes, dst, dstBytes, skip, table)
    return kernels.lz4CompressDict(src, srcBytes, dst, dstBytes, skip, table, dictionary.length)
  },
  decode,
}

/** The same stream format as LZ4, with a longer search. */
export const lz4hc: Codec = {
  name: 'lz4hc',
  ids: { blosc1: 1, blosc2: 2 },
  traits: {
    splits: { blosc1: true, blosc2: 0 },
    highRatio: true,
    speed: { compress: 60, decompress: 2000 },
    threads: true,
    dictionary: true,
  },
  kernel: { id: 2, decodes: true, level: (level) => level },
  encode({ ws, src, srcBytes, dst, dstBytes, level, dictionary }) {
    const { kernels, table } = ws
    if (dictionary === undefined) return kernels.lz4hcCompress(src, srcBytes, dst, dstBytes, level, table)
    return kernels.lz4hcCompressDict(src, srcBytes, dst, dstBytes, level, table, dictionary.length)
  },
  decode,
}
