// Filter 1, deflate: a zlib stream.

import { inflateSync } from 'node:zlib'
import { damaged } from '../../../core/errors.js'
import type { Decoder } from './stage.js'

/** Output is taken in pieces of up to this size, in bytes. */
const LARGEST_PIECE = 2 ** 22
const LEAST_PIECE = 64

export const deflate: Decoder = {
  name: 'deflate',
  speed: 300,
  decode({ most, place }, input) {
    const chunkSize = Math.max(LEAST_PIECE, Math.min(most + 1, LARGEST_PIECE))
    try {
      return inflateSync(input, { maxOutputLength: Math.max(1, most), chunkSize })
    } catch {
      throw damaged('the zlib stream of the chunk does not decode', place)
    }
  },
}
