// The bytes that chunks of a special value stand for: zeros, NaNs or a repeated item.

import { damaged, type ErrorPlace } from '../../core/errors.js'
import type { Special } from './header.js'

/** NaNs as C writes them: quiet, positive, without payload. */
function nanPattern(typesize: number, place: ErrorPlace): Uint8Array {
  if (typesize === 4) return Uint8Array.of(0, 0, 0xc0, 0x7f)
  if (typesize === 8) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f)
  throw damaged(
    `a chunk of NaNs has items of ${typesize} bytes; only floats of 4 or 8 bytes can be NaN`,
    place,
  )
}

/** Repeats a pattern over all of `out`, from byte `phase` of the pattern on. */
export function fillPattern(out: Uint8Array, pattern: Uint8Array, phase = 0): void {
  if (out.length === 0) return
  if (pattern.length === 1) {
    out.fill(pattern[0] ?? 0)
    return
  }
  const first = Math.min(pattern.length, out.length)
  for (let i = 0; i < first; i++) out[i] = pattern[(i + phase) % pattern.length] ?? 0
  for (let done = first; done < out.length; done *= 2)
    out.copyWithin(done, 0, Math.min(done, out.length - done))
}

/**
 * The bytes that a chunk of a special value repeats. Uninitialized values read as zeros, never as old memory.
 */
export function specialPattern(
  special: Exclude<Special, 'none'>,
  itemBytes: number,
  value: Uint8Array | undefined,
  place: ErrorPlace = {},
): Uint8Array {
  if (special === 'nans') return nanPattern(itemBytes, place)
  if (special === 'value' && value !== undefined) return value
  return Uint8Array.of(0)
}
