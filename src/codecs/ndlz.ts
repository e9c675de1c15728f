// NDLZ, a codec of C-Blosc2 (plugins/codecs/ndlz) for two dimensions of bytes; read-only, and loaded on use.

import type { Codec } from './codec.js'

let decodeCells: typeof import('./ndlz-cells.js')['ndlzDecode'] | undefined

/** The meta byte is the side of the cells: 4 or 8. */
export const ndlz: Codec = {
  name: 'ndlz',
  ids: { blosc2: 32 },
  traits: {
    splits: { blosc1: false, blosc2: 0 },
    highRatio: false,
    speed: { compress: 100, decompress: 100 },
    threads: true,
    usesShape: true,
  },
  load: async () => {
    decodeCells = (await import('./ndlz-cells.js')).ndlzDecode
  },
  decode: ({ ws, src, srcBytes, dst, dstBytes, meta }) =>
    decodeCells?.(ws.view(src, srcBytes).slice(), ws.view(dst, dstBytes), meta) ?? -1,
}
