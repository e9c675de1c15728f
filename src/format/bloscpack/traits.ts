// How Bloscpack archives are called and known.

import type { ContainerTraits } from '../container.js'
import { BLOSCPACK_MAGIC } from './magic.js'

const IS_BLOSC2 = 'it is for Blosc2: name a .b2frame or .b2nd'

export const BLOSCPACK: ContainerTraits = {
  name: 'bloscpack',
  formats: [
    {
      id: 'blp',
      extension: '.blp',
      what: 'a Bloscpack archive',
      holds: 'bytes',
      refuses: {
        filters: 'a .blp archive has one filter: use shuffle, or name a .b2frame or .b2nd',
        splitMode: IS_BLOSC2,
        dictionary: IS_BLOSC2,
        sparse: IS_BLOSC2,
        chunks: 'it is for arrays (b2nd); the size of chunks is chunkSize',
        blocks: 'it is for arrays (b2nd); the size of blocks is blockSize',
      },
    },
  ],
  recognise: (front) => BLOSCPACK_MAGIC.every((byte, i) => front[i] === byte),
}
