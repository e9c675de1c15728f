// Filter 32004, LZ4: the plain size, then blocks, each with its size in front; all numbers are big-endian.

import { damaged } from '../../../core/errors.js'
import { bigEndian32, bigEndian64, checkSize, type Decoder, type Stage } from './stage.js'

/** Plain size of all, and of a block. */
const HEADER_BYTES = 12
const SIZE_BYTES = 4

function decode(stage: Stage, input: Uint8Array): Uint8Array {
  const { ws, place } = stage
  const nbytes = checkSize(stage, bigEndian64(input, 0, stage), 'LZ4')
  const blockBytes = bigEndian32(input, 8, stage)
  if (nbytes > 0 && blockBytes === 0) throw damaged('the chunk has LZ4 blocks of 0 bytes', place)
  const out = stage.room(nbytes)
  const src = ws.bring(input)
  for (let at = HEADER_BYTES, put = 0; put < nbytes; ) {
    const size = Math.min(blockBytes, nbytes - put)
    const cbytes = bigEndian32(input, at, stage)
    at += SIZE_BYTES
    if (at + cbytes > input.length) throw damaged('the chunk is truncated', place)
    // A block that did not get smaller is stored.
    if (cbytes === size) ws.kernels.copyBytes(out.byteOffset + put, src + at, size)
    else if (ws.kernels.lz4Decompress(src + at, cbytes, out.byteOffset + put, size) !== size)
      throw damaged('an LZ4 block of the chunk does not decode', place)
    at += cbytes
    put += size
  }
  return out
}

export const lz4: Decoder = { name: 'LZ4', speed: 2000, decode }
