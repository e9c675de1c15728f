// The facts that progress shows, such as rate and time left, as text.

import { prettyRatio, prettySeconds, prettySize } from '../../core/sizes.js'
import type { Progress } from '../../verbs/options.js'

/** What there is to say of a run, in words; what is not known is left out. */
export interface ProgressFacts {
  /** From 0 to 1. */
  part: number | undefined
  done: string
  rate: string
  ratio: string | undefined
  left: string | undefined
}

function ratioOf({ plain, packed }: Progress): string | undefined {
  // A run that does not know both says the same of them, or nothing.
  return packed === 0 || packed === plain ? undefined : `ratio ${prettyRatio(plain, packed)}`
}

/** @param seconds since the run began */
export function factsOf(progress: Progress, seconds: number): ProgressFacts {
  const { plain, total } = progress
  const rate = seconds > 0 ? plain / seconds : 0
  const common = { rate: `${prettySize(Math.round(rate))}/s`, ratio: ratioOf(progress) }
  if (total === undefined) return { ...common, part: undefined, done: prettySize(plain), left: undefined }
  const left = rate === 0 ? '?' : prettySeconds(Math.max(0, total - plain) / rate)
  return {
    ...common,
    part: total === 0 ? 1 : Math.min(1, plain / total),
    done: `${prettySize(plain)} of ${prettySize(total)}`,
    left: `${left} left`,
  }
}
