// How Blosc2 frames and arrays are called and known.

import type { ContainerTraits, Format } from '../container.js'
import { looksLikeFrame, SPARSE_FRAME_NAME } from './frame/magic.js'

const BLOSCPACK_ONLY: Format['refuses'] = {
  offsets: 'a Blosc2 frame always has the positions of its chunks',
  maxAppChunks: 'a Blosc2 frame can grow without room kept for it',
}

/** Bytes from the tag of the trailer's length to the end of a frame. */
const TRAILER_END_BYTES = 23

export const BLOSC2: ContainerTraits = {
  name: 'blosc2',
  formats: [
    {
      id: 'b2frame',
      extension: '.b2frame',
      what: 'a Blosc2 frame',
      holds: 'bytes',
      refuses: {
        ...BLOSCPACK_ONLY,
        chunks: 'it is for arrays (b2nd); the size of chunks is chunkSize',
        blocks: 'it is for arrays (b2nd); the size of blocks is blockSize',
      },
    },
    {
      id: 'b2nd',
      extension: '.b2nd',
      what: 'a Blosc2 array',
      holds: 'array',
      refuses: {
        ...BLOSCPACK_ONLY,
        chunkSize: 'chunks of an array have a shape: use chunks',
        blockSize: 'blocks of an array have a shape: use blocks',
      },
    },
  ],
  recognise: looksLikeFrame,
  recogniseEnd(end) {
    const at = end.length - TRAILER_END_BYTES
    return at >= 0 && end[at] === 0xce && end[at + 5] === 0xd8
  },
  fileInDirectory: SPARSE_FRAME_NAME,
}
