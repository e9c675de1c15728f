// The entries of a frame's index: positions of chunks, or special values.

import type { Special } from '../../chunk/blosc2/header.js'
import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'

export type OffsetSpecial = Exclude<Special, 'none' | 'value'>

/** Position of a chunk: after the header in bytes (in a sparse frame, the number of its file), or nowhere. */
export type ChunkOffset = { special: OffsetSpecial } | { at: number }

/** Size of an entry of the index. */
export const OFFSET_BYTES = 8

/** Special values in the highest byte of an offset, without its highest bit. */
export const SPECIAL_NUMBERS: Record<OffsetSpecial, number> = { zeros: 1, nans: 2, uninit: 4 }

/** One object for all: an index may have millions of entries. */
const SPECIALS = (['zeros', 'nans', 'uninit'] as const).map((special) => ({ special }))

function parseOffset(value: bigint, chunk: number, place: ErrorPlace): ChunkOffset {
  if (value >= 0n) {
    const at = Number(value)
    if (!Number.isSafeInteger(at)) throw damaged(`the offset of the chunk is ${value}`, { ...place, chunk })
    return { at }
  }
  const number = Number((value >> 56n) & 0x7fn)
  const found = SPECIALS.find(({ special }) => number === SPECIAL_NUMBERS[special])
  if (found !== undefined) return found
  throw unsupported(`the offset of the chunk says special value ${number}, which is not known`, {
    ...place,
    chunk,
  })
}

/** Parses the plain bytes of an index chunk (README_CFRAME_FORMAT, "Chunks"). */
export function parseOffsets(bytes: Uint8Array, place: ErrorPlace): ChunkOffset[] {
  if (bytes.length % 8 !== 0) throw damaged(`the index of the frame has ${bytes.length} bytes`, place)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 8 }, (_, chunk) =>
    parseOffset(view.getBigInt64(8 * chunk, true), chunk, place),
  )
}

export function formatOffsets(offsets: readonly ChunkOffset[]): Uint8Array {
  const bytes = new Uint8Array(8 * offsets.length)
  const view = new DataView(bytes.buffer)
  offsets.forEach((offset, i) => {
    if ('special' in offset) view.setUint8(8 * i + 7, 0x80 | SPECIAL_NUMBERS[offset.special])
    else view.setBigInt64(8 * i, BigInt(offset.at), true)
  })
  return bytes
}
