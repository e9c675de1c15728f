// The symbols of lengths and distances, and the bits that follow them (RFC 1951, section 3.2.5).

export const MIN_MATCH: u32 = 3
export const MAX_MATCH: u32 = 258
export const MAX_DISTANCE: u32 = 32768
export const FIRST_LENGTH: u32 = 257

/** The bits that follow the symbol of a length; above them, in 8 bits and more, the symbol, from 0 on. */
// @ts-ignore: decorator
@inline
function splitLength(length: u32): u32 {
  const rest = length - MIN_MATCH
  const extra: u32 = rest < 8 ? 0 : 29 - clz(rest)
  return length == MAX_MATCH ? 28 << 8 : (((extra << 2) + (rest >> extra)) << 8) | extra
}

// @ts-ignore: decorator
@inline
export function lengthSymbol(length: u32): u32 {
  return FIRST_LENGTH + (splitLength(length) >> 8)
}

// @ts-ignore: decorator
@inline
export function lengthExtra(length: u32): u32 {
  return splitLength(length) & 255
}

/** How many bits follow the symbol of a distance. */
// @ts-ignore: decorator
@inline
export function distanceExtra(distance: u32): u32 {
  return distance < 5 ? 0 : 30 - clz(distance - 1)
}

// @ts-ignore: decorator
@inline
export function distanceSymbol(distance: u32): u32 {
  const extra = distanceExtra(distance)
  return (extra << 1) + ((distance - 1) >> extra)
}

/** How many bits follow the symbol, where all are in one table. */
export function extraOf(symbol: u32, isDistance: bool): u32 {
  if (isDistance) return symbol < 4 ? 0 : (symbol >> 1) - 1
  const length: u32 = symbol - FIRST_LENGTH
  return symbol < FIRST_LENGTH + 8 || length == 28 ? 0 : (length >> 2) - 1
}
