// Writes msgpack values in the shortest form that fits.

import { usage } from '../../../core/errors.js'
import type { MsgpackWriter } from './writer.js'

const encoder = new TextEncoder()
const MAX_COUNT = 2 ** 32 - 1

/** A head that counts: in itself up to `fixMost`, else in 1 (if there is such a form), 2 or 4 bytes behind it. */
function putCount(
  w: MsgpackWriter,
  n: number,
  [fix, fixMost, byte, two]: [fix: number, fixMost: number, byte: number | undefined, two: number],
): void {
  if (n <= fixMost) w.byte(fix + n)
  else if (byte !== undefined && n < 2 ** 8) w.headed(byte, 1, n)
  else if (n < 2 ** 16) w.headed(two, 2, n)
  else if (n <= MAX_COUNT) w.headed(two + 1, 4, n)
  else throw usage('the value is too large for msgpack')
}

/** The head and the size of the smallest form that fits; heads of larger forms follow that of one byte. */
function sized(head: number, fits1: boolean, fits2: boolean, fits4: boolean): [number, 1 | 2 | 4 | 8] {
  if (fits1) return [head, 1]
  if (fits2) return [head + 1, 2]
  return fits4 ? [head + 2, 4] : [head + 3, 8]
}

function putInteger(w: MsgpackWriter, n: bigint): void {
  if (n >= -32n && n < 128n) w.byte(Number(n) & 0xff)
  else if (n >= 0n) w.headed(...sized(0xcc, n < 2n ** 8n, n < 2n ** 16n, n < 2n ** 32n), n)
  else w.headed(...sized(0xd0, n >= -(2n ** 7n), n >= -(2n ** 15n), n >= -(2n ** 31n)), n)
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function putFloat(w: MsgpackWriter, text: string): void {
  const value = Number(text)
  const isLost = !Number.isFinite(value) || (value === 0 && /[1-9]/.test(text.replace(/e.*$/i, '')))
  if (isLost)
    throw usage(
      `the number ${shortened(text)} is beyond what the 64-bit floats of msgpack hold; store it as a string`,
    )
  w.float64(value)
}

/** Longer texts cannot be integers of 64 bits. */
const MAX_INTEGER_TEXT = 20

/** @param text a number as JSON has it @throws BlpkError USAGE if msgpack cannot hold it */
export function putNumber(w: MsgpackWriter, text: string): void {
  if (/[.eE]/.test(text)) putFloat(w, text)
  else putWhole(w, text)
}

function putWhole(w: MsgpackWriter, text: string): void {
  const n = text.length <= MAX_INTEGER_TEXT ? BigInt(text) : undefined
  if (n !== undefined && n >= -(2n ** 63n) && n < 2n ** 64n) putInteger(w, n)
  // What is written as a whole number may be a large float, such as 1e20.
  else if (String(Number(text)) === text) w.float64(Number(text))
  else throw usage(`the number ${shortened(text)} is too large; msgpack has integers of 64 bits`)
}

/** @throws BlpkError USAGE for half a character, which UTF-8 cannot hold */
export function putString(w: MsgpackWriter, text: string): void {
  if (/\p{Cs}/u.test(text))
    throw usage(
      'the value has half of a surrogate pair (\\ud800 to \\udfff), which the strings of msgpack cannot hold',
    )
  const bytes = encoder.encode(text)
  putCount(w, bytes.length, [0xa0, 31, 0xd9, 0xda])
  w.raw(bytes)
}

/** The head of an array; its items follow. */
export function putArrayHead(w: MsgpackWriter, count: number): void {
  putCount(w, count, [0x90, 15, undefined, 0xdc])
}

/** The head of a map; its pairs follow. */
export function putMapHead(w: MsgpackWriter, count: number): void {
  putCount(w, count, [0x80, 15, undefined, 0xde])
}

export function putBinary(w: MsgpackWriter, bytes: Uint8Array): void {
  putCount(w, bytes.length, [0xc4, -1, 0xc4, 0xc5])
  w.raw(bytes)
}

/** @param type -128 to 127 */
export function putExtension(w: MsgpackWriter, type: number, bytes: Uint8Array): void {
  const fixed = [1, 2, 4, 8, 16].indexOf(bytes.length)
  if (fixed === -1) putCount(w, bytes.length, [0xc7, -1, 0xc7, 0xc8])
  else w.byte(0xd4 + fixed)
  w.byte(type & 0xff).raw(bytes)
}
