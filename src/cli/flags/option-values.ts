// Values of flags: numbers, sizes, names and parts.

import { usage } from '../../core/errors.js'
import { unknownName } from '../../core/nearest.js'
import { parseSize } from '../../core/sizes.js'
import { formats } from '../../format/registry.js'
import type { PartOf, Room } from '../../verbs/options.js'

const MAX_SECONDS = 1e6

/** One of several values, in capitals or not: how it is read, and what to choose from. */
export function choice(
  what: string,
  values: readonly string[],
): { values: readonly string[]; parse: (text: string) => string } {
  const parse = (text: string): string => {
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase())
    if (found === undefined) throw unknownName(what, text, values)
    return found
  }
  return { values, parse }
}

export function wholeNumber(what: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw usage(`${what} must be a whole number from ${least} to ${most}, not '${text}'`)
  }
}

export function size(what: string, most: number, max?: number): (text: string) => number {
  return (text) => {
    const value = parseSize(text, max)
    if (value >= 1 && value <= most) return value
    throw usage(`${what} must be from 1 to ${most} bytes, not '${text}'`)
  }
}

export function parseTypesize(text: string): number | 'auto' {
  return text.toLowerCase() === 'auto' ? 'auto' : wholeNumber('the typesize', 1, 255)(text)
}

/** Registered codecs are known only when their modules are loaded. */
export function parseCodec(text: string): string {
  const known = formats().flatMap(({ codecs = [] }) => codecs)
  return known.find((name) => name === text.toLowerCase()) ?? text
}

export function parseSeconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value <= MAX_SECONDS) return value
  throw usage(`the timeout must be a number of seconds from 0 to ${MAX_SECONDS}, not '${text}'`)
}

const SECONDS_IN: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

export function parseAge(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  const value = Number(count) * (SECONDS_IN[unit] ?? Number.NaN)
  if (value <= MAX_SECONDS * 1000) return value
  throw usage(`'${text}' is not an age (such as 90m, 24h or 7d)`)
}

export function parseRoom(text: string): Room {
  const count = wholeNumber('the room for more chunks', 0, 2 ** 40)
  return /^\d+x$/i.test(text) ? { times: count(text.slice(0, -1)) } : count(text)
}

const MOST_PARTS = 1_000_000

export function parsePart(text: string): PartOf {
  const [, i, n] = /^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? []
  const part = { index: Number(i), count: Number(n) }
  if (part.index >= 1 && part.index <= part.count && part.count <= MOST_PARTS) return part
  throw usage(`'${text}' is not a piece i/n with i from 1 to n (such as 3/8)`)
}
