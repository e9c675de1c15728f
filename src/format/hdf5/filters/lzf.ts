// Filter 32000, LZF: h5py's. Literals and matches of up to 264 bytes, at most 8 KiB back.

import { damaged } from '../../../core/errors.js'
import type { Decoder, Stage } from './stage.js'

const LITERALS = 32
const LONG_MATCH = 7

/** @returns the size of what came out, in bytes; -1 for a malformed stream or too little room */
function decodeInto(input: Uint8Array, out: Uint8Array): number {
  let at = 0
  let put = 0
  while (at < input.length) {
    const control = input[at++] as number
    if (control < LITERALS) {
      const end = at + control + 1
      if (end > input.length || put + control + 1 > out.length) return -1
      while (at < end) out[put++] = input[at++] as number
      continue
    }
    let length = control >> 5
    if (length === LONG_MATCH) length += input[at++] ?? Number.NaN
    const from = put - ((control & 0x1f) << 8) - (input[at++] ?? Number.NaN) - 1
    const end = put + length + 2
    if (!(from >= 0 && end <= out.length)) return -1
    for (let back = from; put < end; ) out[put++] = out[back++] as number
  }
  return put
}

function decode({ room, most, place }: Stage, input: Uint8Array): Uint8Array {
  const out = room(most)
  const nbytes = decodeInto(input, out)
  if (nbytes < 0) throw damaged('the LZF stream of the chunk does not decode', place)
  return out.subarray(0, nbytes)
}

export const lzf: Decoder = { name: 'LZF', speed: 300, decode }
