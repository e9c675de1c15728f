// Messages about the values of a dataset (HDF5 File Format Specification 4.0, IV.A.2.f, .i and .l): fill
// value, version 3; data layout, version 3; filter pipeline, version 2.

import type { FilterSpec } from '../model.js'
import { Put } from './put.js'

const FILL_VERSION = 3
const LAYOUT_VERSION = 3
const PIPELINE_VERSION = 2
const WRITE_IF_SET = 2 << 2
const FILL_DEFINED = 0x20
/** When room is allocated. */
const ALLOCATED = { compact: 1, contiguous: 2, chunked: 3 } as const
/** Filters below this number have no name in the pipeline. */
const FIRST_NAMED = 256
const FLAG_OPTIONAL = 1

/** @param fill one item; undefined for zeros */
export function fillValue(layout: keyof typeof ALLOCATED, fill: Uint8Array | undefined): Uint8Array {
  const flags = ALLOCATED[layout] | WRITE_IF_SET | (fill === undefined ? 0 : FILL_DEFINED)
  const block = new Put().u8(FILL_VERSION).u8(flags)
  if (fill !== undefined) block.u32(fill.length).raw(fill)
  return block.finish()
}

/** @param bytes the values, less than 64 KiB */
export function compactLayout(bytes: Uint8Array): Uint8Array {
  return new Put().u8(LAYOUT_VERSION).u8(0).u16(bytes.length).raw(bytes).finish()
}

/** @param address of the values; undefined if nothing is stored, and all is the fill value */
export function contiguousLayout(address: number | undefined, nbytes: number): Uint8Array {
  return new Put().u8(LAYOUT_VERSION).u8(1).address(address).length64(nbytes).finish()
}

/**
 * Chunks by a B-tree, version 1.
 * @param address of its root; undefined if there are no chunks
 * @param itemsize in bytes; it counts as the last axis
 */
export function chunkedLayout(
  address: number | undefined,
  chunkShape: readonly number[],
  itemsize: number,
): Uint8Array {
  const block = new Put()
    .u8(LAYOUT_VERSION)
    .u8(2)
    .u8(chunkShape.length + 1)
    .address(address)
  for (const extent of [...chunkShape, itemsize]) block.u32(extent)
  return block.finish()
}

/** @param filters in the order of packing */
export function filterPipeline(filters: readonly FilterSpec[]): Uint8Array {
  const block = new Put().u8(PIPELINE_VERSION).u8(filters.length)
  for (const { id, name, optional, values } of filters) {
    const text = new TextEncoder().encode(name === undefined ? '' : `${name}\0`)
    block.u16(id)
    if (id >= FIRST_NAMED) block.u16(text.length)
    block.u16(optional ? FLAG_OPTIONAL : 0).u16(values.length)
    if (id >= FIRST_NAMED) block.raw(text)
    for (const value of values) block.u32(value)
  }
  return block.finish()
}
