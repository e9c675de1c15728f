// Chooses how progress is shown: a bar on a terminal, plain lines in a log, or nothing.

import type { Progress } from '../../verbs/options.js'
import { say } from '../context.js'
import type { CliOptions } from '../flags/options.js'
import type { ProgressView } from '../progress-view.js'
import { BarView } from './progress-bar.js'
import { factsOf } from './progress-facts.js'
import { stopwatch } from './report.js'
import { errorIsTerminal } from './stdio.js'

/** Work that is done sooner shows no bar, so that nothing flashes; in seconds. */
const DELAY = 0.5
/** A log gets a line at most this often, in seconds. */
const LINE_EVERY = 1

/** Plain lines for a log. */
class LineView implements ProgressView {
  readonly #seconds = stopwatch()
  readonly #label: string
  #last = Number.NEGATIVE_INFINITY

  constructor(label: string | undefined) {
    this.#label = label === undefined ? '' : `${label}: `
  }

  update(progress: Progress): void {
    const now = this.#seconds()
    if (now - this.#last < LINE_EVERY) return
    this.#last = now
    const { done, rate, ratio, left } = factsOf(progress, now)
    const fields = [done, rate, ratio, left].filter((field) => field !== undefined)
    say(`${this.#label}${fields.join(', ')}`)
  }

  close(): void {}
}

const NOTHING: ProgressView = { update() {}, close() {} }

/** What progress is shown of. */
export interface ProgressOf {
  /** The data themselves go to the screen, where a bar would be in the way. */
  dataOnTerminal?: boolean
  /** Name of what is worked on, if there are several. */
  label?: string | undefined
}

/** Shows progress on standard error as the options say. */
export function openProgress(options: CliOptions, of: ProgressOf = {}): ProgressView {
  const mode = options.progress ?? 'auto'
  if (mode === 'never' || options.quiet === true) return NOTHING
  const drawable = errorIsTerminal() && process.env.TERM !== 'dumb'
  if (mode === 'always') return drawable ? new BarView(0, of.label) : new LineView(of.label)
  return drawable && of.dataOnTerminal !== true ? new BarView(DELAY, of.label) : NOTHING
}
