// The offsets section of a Bloscpack archive: one 64-bit position for each chunk.

import { damaged } from '../../core/errors.js'

/** Size of one offset, in bytes. */
export const OFFSET_BYTES = 8

/** Positions of chunks in the archive, in bytes (Bloscpack README, "Description of the offsets entries"). */
export type Offsets = Float64Array

/**
 * Reads a piece of the offsets section.
 * @param bytes a multiple of 8 bytes
 * @param first index of the first entry in `bytes`
 * @returns positions, −1 for unused entries
 * @throws BlpkError DAMAGED for a position that no file can have
 */
export function parseOffsets(bytes: Uint8Array, first = 0): Offsets {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const offsets = new Float64Array(Math.floor(bytes.length / OFFSET_BYTES))
  for (let i = 0; i < offsets.length; i++) {
    const value = view.getInt32(8 * i + 4, true) * 2 ** 32 + view.getUint32(8 * i, true)
    if (value < -1 || !Number.isSafeInteger(value)) {
      throw damaged(`the offset of chunk ${first + i} is ${value}`, { chunk: first + i })
    }
    offsets[i] = value
  }
  return offsets
}

/** Writes offsets: 8 bytes each. */
export function formatOffsets(offsets: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(offsets.length * OFFSET_BYTES)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < offsets.length; i++) view.setBigInt64(8 * i, BigInt(offsets[i] ?? -1), true)
  return bytes
}

/** Unused entries: 8 bytes each, all −1. */
export function unusedOffsets(count: number): Uint8Array {
  return new Uint8Array(count * OFFSET_BYTES).fill(0xff)
}
