// Decodes the bytes of a JSON document as Python's `json.loads` does: UTF-8 or UTF-16, with lone surrogates.

import { isUtf8 } from 'node:buffer'
import { escapeLoneSurrogates } from './json.js'
import { JsonFault } from './scan.js'

function startsWith(bytes: Uint8Array, ...first: number[]): boolean {
  return first.every((byte, i) => bytes[i] === byte)
}

function fromUtf16(bytes: Uint8Array, isBigEndian: boolean): string {
  if (bytes.length % 2 === 1)
    throw new JsonFault('it seems to be UTF-16, but ends in the middle of a character')
  const copy = Buffer.from(bytes)
  return (isBigEndian ? copy.swap16() : copy).toString('utf16le')
}

/** Length of the UTF-8 sequence at `at`, by Python's rules; 0 if there is none. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const head = bytes[at] ?? 0
  const size = head < 0x80 ? 1 : head < 0xe0 ? 2 : head < 0xf0 ? 3 : 4
  return isUtf8(bytes.subarray(at, at + size)) && at + size <= bytes.length ? size : 0
}

function isSurrogate(bytes: Uint8Array, at: number): boolean {
  const [head, second = 0, third = 0] = bytes.subarray(at, at + 3)
  return head === 0xed && second >= 0xa0 && second <= 0xbf && (third & 0xc0) === 0x80
}

/**
 * Decodes UTF-8 with lone surrogates, which Python's json module accepts.
 * @param skipped bytes before these, for the message
 * @throws JsonFault
 */
export function decodeUtf8(bytes: Uint8Array, skipped = 0): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isUtf8(buffer)) return buffer.toString('utf8')
  const pieces: string[] = []
  let from = 0
  let at = 0
  while (at < bytes.length) {
    const size = sequenceAt(bytes, at)
    if (size === 0 && !isSurrogate(bytes, at)) {
      const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0')
      throw new JsonFault(
        `it is not UTF-8: byte ${at + skipped} is 0x${byte} (is it Latin-1? convert it to UTF-8)`,
      )
    }
    if (size === 0) {
      pieces.push(buffer.toString('utf8', from, at))
      pieces.push(
        String.fromCharCode(0xd000 | (((bytes[at + 1] ?? 0) & 0x3f) << 6) | ((bytes[at + 2] ?? 0) & 0x3f)),
      )
      from = at + 3
    }
    at += size || 3
  }
  return pieces.join('') + buffer.toString('utf8', from)
}

const UTF32 = 'it seems to be UTF-32: convert it to UTF-8'

/** Without a byte order mark: JSON starts with ASCII characters, so the zeros reveal the encoding. */
function byZeros(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes
  if (a === undefined || b === undefined || (a !== 0 && b !== 0)) return undefined
  if ((a === 0 && b === 0) || (b === 0 && c === 0 && d === 0)) throw new JsonFault(UTF32)
  return fromUtf16(bytes, a === 0)
}

function decoded(bytes: Uint8Array): string {
  if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0, 0, 0xfe, 0xff)) throw new JsonFault(UTF32)
  if (startsWith(bytes, 0xff, 0xfe)) return fromUtf16(bytes.subarray(2), false)
  if (startsWith(bytes, 0xfe, 0xff)) return fromUtf16(bytes.subarray(2), true)
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return decodeUtf8(bytes.subarray(3), 3)
  return byZeros(bytes) ?? decodeUtf8(bytes)
}

/**
 * Decodes JSON bytes: UTF-8, or UTF-16 in either byte order, with or without a byte order mark, as Python's
 * `json.loads` does. Lone surrogates become \uXXXX.
 * @throws JsonFault for any other encoding
 */
export function decodeJson(bytes: Uint8Array): string {
  return escapeLoneSurrogates(decoded(bytes))
}
