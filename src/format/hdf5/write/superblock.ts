// The superblock, version 2 (HDF5 File Format Specification 4.0, II.A), which HDF5 reads since 1.8.

import { lookup3 } from '../bytes/lookup3.js'
import { SIGNATURE } from '../traits.js'
import { OFFSET_BYTES, Put } from './put.js'

/** It lies at the start of the file, and is written last: without it, the file is none. */
export const SUPERBLOCK_BYTES = 48

const VERSION = 2

/**
 * @param root address of the object header of the root group
 * @param end size of the file, in bytes
 */
export function superblock(root: number, end: number): Uint8Array {
  const block = new Put().raw(SIGNATURE).u8(VERSION).u8(OFFSET_BYTES).u8(OFFSET_BYTES).u8(0)
  // Base address and no extension: B-trees have the sizes that readers assume.
  block.address(0).none().address(end).address(root)
  return block.u32(lookup3(block.finish())).finish()
}
