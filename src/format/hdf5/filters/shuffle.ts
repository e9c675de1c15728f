// Filter 2, shuffle: bytes of the same significance lie together.

import { damaged } from '../../../core/errors.js'
import type { Decoder } from './stage.js'

export const shuffle: Decoder = {
  name: 'shuffle',
  keepsSize: true,
  speed: 4000,
  decode({ ws, values: [size = 0], room, place }, input) {
    if (size === 0) throw damaged('the filter shuffle does not say how large items are', place)
    if (size === 1 || input.length < size) return input
    const out = room(input.length)
    // What is left behind whole items stays as it is.
    ws.kernels.unshuffle(size, input.length, ws.bring(input), out.byteOffset)
    return out
  },
}
