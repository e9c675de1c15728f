// Which chunks are too large, and how large they are on average.

import type { Case } from './cases.js'

/** How much larger than C-Blosc's our chunks may be, as a part of their size. */
const TOLERANCE = 0.02
/** Where next to nothing is left, so many bytes more do not count, as a part of the plain bytes. */
const NEXT_TO_NOTHING = 0.0015

/** How much larger ours is, as a part of theirs; 0 where that does not count. */
export function excess({ plain, ours, theirs }: Case): number {
  const extra = ours - theirs
  return extra <= plain * NEXT_TO_NOTHING ? 0 : extra / theirs
}

/** The cases that are too large, the worst of them first. */
export function tooLarge(cases: readonly Case[]): Case[] {
  return cases.filter((each) => excess(each) > TOLERANCE).sort((a, b) => excess(b) - excess(a))
}

/** Of our size as a multiple of theirs. */
export function geometricMean(cases: readonly Case[]): number {
  const logarithms = cases.map(({ ours, theirs }) => Math.log(ours / theirs))
  return Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / cases.length)
}
