// Jenkins' lookup3 ("hashlittle"), the checksum of metadata
// (HDF5 File Format Specification 4.0, all "Checksum" fields).

import { BlpkError } from '../../../core/errors.js'
import type { Cursor } from './cursor.js'

/** Bytes that are mixed at once: three words of 32 bits. */
const ROUND = 12
const SEED = 0xdeadbeef

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

/** Up to four bytes as a little-endian number; those that are missing are zero. */
function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}

/** What is left after all but the last round. */
function finished(x: number, y: number, z: number): number {
  let [a, b, c] = [x, y, z]
  c = (c ^ b) - rotated(b, 14)
  a = (a ^ c) - rotated(c, 11)
  b = (b ^ a) - rotated(a, 25)
  c = (c ^ b) - rotated(b, 16)
  a = (a ^ c) - rotated(c, 4)
  b = (b ^ a) - rotated(a, 14)
  c = (c ^ b) - rotated(b, 24)
  return c >>> 0
}

/** The checksum of some bytes, as an unsigned number of 32 bits. */
export function lookup3(bytes: Uint8Array): number {
  let a = (SEED + bytes.length) >>> 0
  let b = a
  let c = a
  let at = 0
  for (; bytes.length - at > ROUND; at += ROUND) {
    a += word(bytes, at)
    b += word(bytes, at + 4)
    c += word(bytes, at + 8)
    a = (a - c) ^ rotated(c, 4)
    c += b
    b = (b - a) ^ rotated(a, 6)
    a += c
    c = (c - b) ^ rotated(b, 8)
    b += a
    a = (a - c) ^ rotated(c, 16)
    c += b
    b = (b - a) ^ rotated(a, 19)
    a += c
    c = (c - b) ^ rotated(b, 4)
    b += a
  }
  if (at === bytes.length) return c >>> 0
  return finished(a + word(bytes, at), b + word(bytes, at + 4), c + word(bytes, at + 8))
}

/**
 * Reads the checksum of everything in the block before it.
 * @param what such as "an object header"
 * @throws BlpkError CHECKSUM if it is another
 */
export function checkLookup3(block: Cursor, what: string): void {
  const found = lookup3(block.bytes.subarray(0, block.at))
  if (block.u32() !== found)
    throw new BlpkError('CHECKSUM', `${what} does not match its checksum`, { offset: block.position })
}
