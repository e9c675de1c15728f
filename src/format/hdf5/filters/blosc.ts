// Filter 32001, Blosc: a Blosc 1 buffer.

import { decodeChunk } from '../../../chunk/blosc1/decode.js'
import { parseChunkHeader } from '../../../chunk/blosc1/header.js'
import { checkSize, type Decoder } from './stage.js'

export const blosc: Decoder = {
  name: 'Blosc',
  speed: 1500,
  async decode(stage, input) {
    const { ws, place } = stage
    const header = parseChunkHeader(input, place)
    const out = stage.room(checkSize(stage, header.nbytes, 'Blosc'))
    await decodeChunk(ws, input, header, out, place)
    return out
  },
}
