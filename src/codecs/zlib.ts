import { deflateSync, inflateSync } from 'node:zlib'
import { type Codec, deliver } from './codec.js'

/** Node's own zlib; the level is zlib's. */
export const zlib: Codec = {
  name: 'zlib',
  format: 3,
  splits: true,
  highRatio: true,
  speed: { compress: 60, decompress: 300 },
  compress(ws, src, nbytes, dst, capacity, level) {
    return deliver(ws, deflateSync(ws.view(src, nbytes), { level }), dst, capacity)
  },
  decompress(ws, src, cbytes, dst, nbytes) {
    try {
      const plain = inflateSync(ws.view(src, cbytes), { maxOutputLength: Math.max(nbytes, 1) })
      return deliver(ws, plain, dst, nbytes)
    } catch {
      return -1
    }
  },
}
