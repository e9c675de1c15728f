// Finds the stored chunks of a dataset, whatever kind of index it has.

import { damaged } from '../../../core/errors.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import type { ChunkEntry, ChunkIndex, ChunkTable, Dataspace } from '../model.js'
import { readBtree1 } from './btree1.js'
import { readBtree2 } from './btree2.js'
import { readExtensibleArray } from './extensible-array.js'
import { readFixedArray } from './fixed-array.js'
import { extensibleNumbering, fixedNumbering, type Grid, gridOf, type Numbering, positionOf } from './grid.js'
import { readImplicit } from './implicit.js'
import type { TakeElement } from './pages.js'
import { TableBuilder } from './table.js'

/** What of a dataset tells where its chunks are. */
export interface IndexedChunks {
  readonly space: Dataspace
  /** In items. */
  readonly chunkShape: readonly number[]
  /** Size of an item, in bytes. */
  readonly itemBytes: number
  readonly index: ChunkIndex
  readonly hasFilters: boolean
}

/** Chunks start at multiples of their shape. @returns the place in the grid */
function inChunks({ chunkShape }: Grid, at: readonly number[]): number[] {
  return at.map((start, axis) => {
    const place = start / (chunkShape[axis] ?? 1)
    if (!Number.isInteger(place))
      throw damaged(`the index names a chunk that starts at item ${at.join(', ')}`)
    return place
  })
}

/**
 * The stored chunks of a dataset within its current shape. Chunks that cannot be right are marked as damaged.
 * @throws BlpkError DAMAGED, CHECKSUM if the index itself is damaged; UNSUPPORTED, IO
 */
export async function readChunkTable(file: FileBytes, d: IndexedChunks): Promise<ChunkTable> {
  const { space, chunkShape, itemBytes, index, hasFilters } = d
  const grid = gridOf(space, chunkShape)
  const chunkBytes = chunkShape.reduce((product, extent) => product * extent, itemBytes)
  if (!Number.isSafeInteger(chunkBytes)) throw damaged(`a dataset has chunks of ${chunkBytes} bytes`)
  const table = new TableBuilder(file.source.size)
  if (grid.total === 0 || chunkBytes === 0) return table.finish()
  const traits = { chunkBytes, hasFilters }
  const numbered =
    (numbering: Numbering): TakeElement =>
    (number, entry) =>
      table.add(numbering(number), entry)
  const inGrid = (at: readonly number[], entry: ChunkEntry): void => table.add(positionOf(grid, at), entry)
  switch (index.kind) {
    case 'none':
      break
    case 'single': {
      const { address, cbytes = chunkBytes, mask = 0 } = index
      table.add(0, { address, cbytes, mask })
      break
    }
    case 'implicit':
      readImplicit(file, index.address, grid, chunkBytes, numbered(fixedNumbering(grid)))
      break
    case 'fixed':
      await readFixedArray(file, index.address, traits, numbered(fixedNumbering(grid)))
      break
    case 'extensible':
      await readExtensibleArray(file, index.address, traits, numbered(extensibleNumbering(grid)))
      break
    case 'btree1':
      await readBtree1(file, index.address, chunkShape.length, (at, entry) =>
        inGrid(inChunks(grid, at), entry),
      )
      break
    case 'btree2':
      await readBtree2(file, index.address, chunkShape.length, traits, inGrid)
      break
  }
  return table.finish()
}
