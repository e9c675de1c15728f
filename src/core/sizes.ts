// Sizes, ratios and times in the form that people read and write.

import { usage } from './errors.js'

const UNITS = 'BKMGT'
const SIZE = /^(\d+\.?\d*|\.\d+)(?:b|([kmgt])(?:i?b)?)?$/i

/**
 * Parses a size: a number with an optional unit B, K, M, G or T (powers of 1024), in any case, optionally
 * followed by B or iB.
 * @param max the value of `max`, if it is allowed
 * @returns bytes, rounded down
 * @throws BlpkError USAGE
 */
export function parseSize(text: string, max?: number): number {
  if (max !== undefined && text.toLowerCase() === 'max') return max
  const found = SIZE.exec(text.trim())
  const unit = found?.[2]?.toUpperCase() ?? 'B'
  const size = Math.floor(Number(found?.[1]) * 1024 ** UNITS.indexOf(unit))
  if (Number.isSafeInteger(size)) return size
  throw usage(
    `'${text}' is not a size (such as 4096, 128K, 1M or 0.5G${max === undefined ? '' : ', or max'})`,
  )
}

/** Formats a size for people: `25.6M`. */
export function prettySize(nbytes: number): string {
  let value = nbytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return unit === 0 ? `${value}B` : `${value.toFixed(1)}${UNITS[unit]}`
}

/** Formats a size for people, with all digits: `25.6M (26843545 bytes)`. */
export function exactSize(nbytes: number): string {
  const bytes = `${nbytes} ${nbytes === 1 ? 'byte' : 'bytes'}`
  return nbytes < 1024 ? bytes : `${prettySize(nbytes)} (${bytes})`
}

/** Formats a ratio: `3.16`. */
export function prettyRatio(nbytes: number, cbytes: number): string {
  return cbytes === 0 ? '-' : (nbytes / cbytes).toFixed(2)
}

/** Formats a time for people: `0.4 s`, `2 min 5 s`, `1 h 2 min`. */
export function prettySeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A count with its noun: `1 chunk`, `26 chunks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A ratio in a form that JSON can express. */
export function jsonRatio(nbytes: number, cbytes: number): number | null {
  return cbytes === 0 ? null : Number((nbytes / cbytes).toFixed(4))
}
