// Filter 32015, Zstandard: one frame.

import { StreamContext } from '../../../codecs/codec.js'
import { zstd as codec } from '../../../codecs/zstd.js'
import { damaged } from '../../../core/errors.js'
import type { MaybePromise } from '../../../core/maybe-promise.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import type { Decoder, Stage } from './stage.js'

/**
 * Decodes a Zstandard frame.
 * @param src address in the arena
 * @returns its plain size, in bytes
 * @throws BlpkError DAMAGED if it is malformed, or longer than `dstBytes`
 */
export function zstdInto(
  { ws, place }: Stage,
  [src, srcBytes]: readonly [number, number],
  [dst, dstBytes]: readonly [number, number],
): MaybePromise<number> {
  const stream = new StreamContext(ws, { schunk: loneChunk(1, dstBytes) }, { place })
  stream.stream(src, srcBytes, dst, dstBytes)
  stream.want = dstBytes
  const check = (nbytes: number): number => {
    if (nbytes < 0 || nbytes > dstBytes)
      throw damaged('the Zstandard frame of the chunk does not decode', place)
    return nbytes
  }
  const result = codec.decode(stream)
  return typeof result === 'number' ? check(result) : result.then(check)
}

export const zstd: Decoder = {
  name: 'Zstandard',
  speed: 800,
  decode(stage, input) {
    const { ws, room, most } = stage
    const out = room(most)
    const result = zstdInto(stage, [ws.bring(input), input.length], [out.byteOffset, most])
    const cut = (nbytes: number): Uint8Array => out.subarray(0, nbytes)
    return typeof result === 'number' ? cut(result) : result.then(cut)
  },
}
