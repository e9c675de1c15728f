// The index of a dataset with several unlimited axes: a version 2 B-tree
// (HDF5 File Format Specification 4.0, III.A.2, records of type 10 and 11).

import { damaged } from '../../../core/errors.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { eachRecord } from '../structure/btree2.js'
import type { TakeAt } from './btree1.js'
import type { ChunkTraits } from './fixed-array.js'

const RECORD = { plain: 10, filtered: 11 }
const MASK_BYTES = 4
const COORDINATE_BYTES = 8
const MAX_SIZE_FIELD = 8

/** @param take gets positions in chunks, not in items @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function readBtree2(
  file: FileBytes,
  address: number,
  rank: number,
  { chunkBytes, hasFilters }: ChunkTraits,
  take: TakeAt,
): Promise<void> {
  const type = hasFilters ? RECORD.filtered : RECORD.plain
  for await (const record of eachRecord(file, address, [type])) {
    const rest = record.left - file.sizes.offset - rank * COORDINATE_BYTES
    const sizeField = hasFilters ? rest - MASK_BYTES : 0
    if (hasFilters ? sizeField < 1 || sizeField > MAX_SIZE_FIELD : rest !== 0)
      throw damaged(`the index of the chunks has records of ${record.left} bytes`, {
        offset: record.position,
      })
    const at = record.needAddress()
    const cbytes = hasFilters ? record.uint(sizeField) : chunkBytes
    const mask = hasFilters ? record.u32() : 0
    take(
      Array.from({ length: rank }, () => record.uint(COORDINATE_BYTES)),
      { address: at, cbytes, mask },
    )
  }
}
