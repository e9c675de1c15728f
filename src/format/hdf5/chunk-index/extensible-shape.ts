// How many blocks of which size an extensible array has (HDF5 File Format Specification 4.0, VII.D).

import { damaged } from '../../../core/errors.js'

/** Data blocks of one size, which a secondary block lists, or the index block itself. */
export interface BlockLevel {
  readonly blocks: number
  /** Elements of a data block. */
  readonly perBlock: number
  /** Number of the first element. */
  readonly first: number
}

export interface ArrayShape {
  /** Elements in the index block. */
  readonly inIndex: number
  /** Elements of a page; larger data blocks have pages. */
  readonly perPage: number
  /** Size of the field for the position of a block, in bytes. */
  readonly offsetBytes: number
  readonly levels: readonly BlockLevel[]
  /** Levels whose data blocks the index block lists. */
  readonly directLevels: number
}

/** Numbers of elements stay safe integers. */
const MAX_BITS = 52

function log2Of(value: number): number | undefined {
  const log = Math.log2(value)
  return Number.isInteger(log) ? log : undefined
}

/**
 * @param sizes of the header: bits of the largest number of elements, elements in the index block, least elements of a data
 * block, least data blocks of a secondary block, bits of the elements of a page
 * @param offset of the header, for messages
 * @throws BlpkError DAMAGED
 */
export function arrayShape(sizes: readonly number[], offset: number): ArrayShape {
  const [maxBits = 0, inIndex = 0, leastElements = 0, leastBlocks = 0, pageBits = 0] = sizes
  const elementBits = log2Of(leastElements)
  const blockBits = log2Of(leastBlocks)
  const isRight = elementBits !== undefined && blockBits !== undefined && elementBits <= maxBits
  if (!isRight || maxBits > MAX_BITS || pageBits > maxBits || 2 * blockBits > 1 + maxBits - elementBits)
    throw damaged(`an extensible array has the sizes ${sizes.join(', ')}`, { offset })
  const levels: BlockLevel[] = []
  let first = inIndex
  for (let level = 0; level <= maxBits - elementBits; level++) {
    const blocks = 2 ** Math.floor(level / 2)
    const perBlock = 2 ** Math.ceil(level / 2) * leastElements
    levels.push({ blocks, perBlock, first })
    first += blocks * perBlock
  }
  return {
    inIndex,
    perPage: 2 ** pageBits,
    offsetBytes: Math.ceil(maxBits / 8),
    levels,
    directLevels: 2 * blockBits,
  }
}
