// Filter 3, fletcher32: a checksum behind the data.

import { BlpkError, damaged } from '../../../core/errors.js'
import type { Decoder } from './stage.js'

const CHECKSUM_BYTES = 4
/** Sums of so many words still fit in 32 bits. */
const WORDS_AT_ONCE = 360

function folded(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16)
}

/** The checksum over big-endian words of 16 bits; a last single byte is the upper one of a word. */
function fletcher32Of(bytes: Uint8Array): number {
  let [low, high] = [0, 0]
  const { length } = bytes
  for (let at = 0; at < length; ) {
    const end = Math.min(length, at + 2 * WORDS_AT_ONCE)
    for (; at < end; at += 2) {
      low += ((bytes[at] as number) << 8) | (at + 1 < length ? (bytes[at + 1] as number) : 0)
      high += low
    }
    low = folded(low)
    high = folded(high)
  }
  return folded(high) * 2 ** 16 + folded(low)
}

/** As HDF5 before 1.6.3 wrote it: with the bytes of both halves in the other order. */
function swapped(sum: number): number {
  return (((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff)) >>> 0
}

export const fletcher32: Decoder = {
  name: 'fletcher32',
  speed: 700,
  decode({ place }, input) {
    const nbytes = input.length - CHECKSUM_BYTES
    if (nbytes < 0) throw damaged('the chunk is too short for its checksum', place)
    const stored = new DataView(input.buffer, input.byteOffset).getUint32(nbytes, true)
    const data = input.subarray(0, nbytes)
    const sum = fletcher32Of(data)
    if (stored !== sum && stored !== swapped(sum))
      throw new BlpkError('CHECKSUM', 'the chunk does not match its checksum (fletcher32)', place)
    return data
  },
}
