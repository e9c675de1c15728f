// Writes msgpack values in the shortest form that fits.

import { usage } from '../../../core/errors.js'
import type { MsgpackWriter } from './writer.js'

const encoder = new TextEncoder()
const MAX_COUNT = 2 ** 32 - 1

/**
 * A head with a count: within itself up to `fixMost`, otherwise in 1 (if that form exists), 2 or 4 bytes
 * after it.
 */
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

/** The smallest form that fits: its head and size; larger forms follow in order. */
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
      `the number ${shortened(text)} is beyond the range of msgpack's 64-bit floats; store it as a string`,
    )
  w.float64(value)
}

/** Longer texts cannot be 64-bit integers. */
const MAX_INTEGER_TEXT = 20

/** @param text a number in JSON @throws BlpkError USAGE if msgpack cannot express it */
export function putNumber(w: MsgpackWriter, text: string): void {
  if (/[.eE]/.test(text)) putFloat(w, text)
  else putWhole(w, text)
}

function putWhole(w: MsgpackWriter, text: string): void {
  const n = text.length <= MAX_INTEGER_TEXT ? BigInt(text) : undefined
  if (n !== undefined && n >= -(2n ** 63n) && n < 2n ** 64n) putInteger(w, n)
  // A number without fraction may be a large float, such as 1e20.
  else if (String(Number(text)) === text) w.float64(Number(text))
  else throw usage(`the number ${shortened(text)} is too large; msgpack integers have 64 bits`)
}

/** @throws BlpkError USAGE for lone surrogates, which UTF-8 cannot encode */
export function putString(w: MsgpackWriter, text: string): void {
  if (/\p{Cs}/u.test(text))
    throw usage('the value has an unpaired surrogate (\\ud800 to \\udfff), which msgpack strings cannot hold')
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
