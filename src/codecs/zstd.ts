// Zstandard, in the kernels. A module that loads on use decodes the frames that they do not support.

import { notLoaded } from '../core/loading.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Workspace } from '../kernels/workspace.js'
import type { Codec, StreamContext } from './codec.js'

type Rare = typeof import('./zstd-rare.js')
let rare: Rare | undefined

async function loadRare(): Promise<Rare> {
  try {
    rare = await import('./zstd-rare.js')
    return rare
  } catch (error) {
    throw notLoaded('zstd', error)
  }
}

/** The fields of the context do not hold until the module is there. */
function decodeRare({
  ws,
  src,
  srcBytes,
  dst,
  dstBytes,
  place,
  dictionary,
}: StreamContext): MaybePromise<number> {
  const stream = { ws, src, srcBytes, dst, dstBytes, place, dictionary }
  return rare === undefined ? loadRare().then((loaded) => loaded.decodeRare(stream)) : rare.decodeRare(stream)
}

function decode(c: StreamContext): MaybePromise<number> {
  if (c.dictionary !== undefined) return decodeRare(c)
  const { ws, src, srcBytes, dst, dstBytes, want } = c
  if (want < dstBytes) {
    const started = ws.kernels.zstdDecompress(src, srcBytes, dst, dstBytes, want, ws.table)
    if (started >= want) return started
  }
  const size = ws.kernels.zstdDecompress(src, srcBytes, dst, dstBytes, dstBytes, ws.table)
  return size >= 0 ? size : decodeRare(c)
}

function scratchFor(ws: Workspace, nbytes: number, level: number): number {
  return ws.scratch('zstd', ws.kernels.zstdCompressScratch(nbytes, level))
}

export const zstd: Codec = {
  name: 'zstd',
  ids: { blosc1: 4, blosc2: 5 },
  traits: {
    // Low levels benefit from split blocks too.
    splits: { blosc1: false, blosc2: 5 },
    highRatio: true,
    speed: { compress: 250, decompress: 800 },
    threads: true,
    dictionary: true,
  },
  kernel: { id: 4, decodes: false, level: (level) => level, scratch: scratchFor },
  encode({ ws, src, srcBytes, dst, dstBytes, level, dictionary }) {
    const dictBytes = dictionary?.length ?? 0
    const scratch = scratchFor(ws, srcBytes + dictBytes, level)
    return ws.kernels.zstdCompress(src, srcBytes, dst, dstBytes, level, dictBytes, scratch)
  },
  decode,
}
