// zlib streams: compressed by the kernels, at zlib's levels; decompressed by Node.

import * as node from '../core/node-modules.js'
import { type Codec, deliver } from './codec.js'

export const zlib: Codec = {
  name: 'zlib',
  ids: { blosc1: 3, blosc2: 4 },
  traits: {
    splits: { blosc1: true, blosc2: 0 },
    highRatio: true,
    speed: { compress: 60, decompress: 300 },
    threads: true,
  },
  encode({ ws, src, srcBytes, dst, dstBytes, level }) {
    const scratch = ws.scratch('zlib', ws.kernels.zlibCompressScratch(level))
    return ws.kernels.zlibCompress(src, srcBytes, dst, dstBytes, level, scratch)
  },
  decode({ ws, src, srcBytes, dst, dstBytes }) {
    try {
      const plain = node
        .zlib()
        .inflateSync(ws.view(src, srcBytes), { maxOutputLength: Math.max(dstBytes, 1) })
      return deliver(ws, plain, dst, dstBytes)
    } catch {
      return -1
    }
  },
}
