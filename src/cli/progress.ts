import type { SingleBar } from 'cli-progress'
import type { Progress } from '../engine/options.js'
import { say } from './context.js'
import type { CliOptions } from './options.js'
import { prettyRatio, prettySeconds, prettySize } from './sizes.js'
import { errorIsTerminal, standardError } from './stdio.js'

/** Work that is done sooner shows no bar, so that nothing flashes; in milliseconds. */
const DELAY_MS = 500
/** The bar is drawn at most this often. */
const BAR_EVERY_MS = 100
/** A log gets a line at most this often. */
const LINE_EVERY_MS = 1000

/** Shows how far the work is. */
export interface ProgressView {
  update(progress: Progress): void
  /** Removes it from the screen. */
  close(): void
}

function elapsed(since: number): number {
  return (performance.now() - since) / 1000
}

/** What there is to say, in words. */
function facts(p: Progress, seconds: number): { done: string; rate: string; ratio: string; left: string } {
  const rate = seconds > 0 ? p.plain / seconds : 0
  const of = p.total === undefined ? '' : ` of ${prettySize(p.total)}`
  const left = p.total === undefined || rate === 0 ? '?' : prettySeconds((p.total - p.plain) / rate)
  return {
    done: `${prettySize(p.plain)}${of}`,
    rate: `${prettySize(Math.round(rate))}/s`,
    ratio: prettyRatio(p.plain, p.packed),
    left: `${left} left`,
  }
}

/** A bar on a terminal. */
class BarView implements ProgressView {
  readonly #start = performance.now()
  readonly #delay: number
  #last = Number.NEGATIVE_INFINITY
  #bar: SingleBar | undefined
  #loading = false
  #closed = false

  constructor(delay: number) {
    this.#delay = delay
  }

  update(progress: Progress): void {
    const now = performance.now()
    if (now - this.#start < this.#delay || now - this.#last < BAR_EVERY_MS) return
    this.#last = now
    const payload = facts(progress, elapsed(this.#start))
    if (this.#bar !== undefined) this.#bar.update(progress.plain, payload)
    else if (!this.#loading) void this.#open(progress, payload)
  }

  async #open(progress: Progress, payload: object): Promise<void> {
    this.#loading = true
    const { default: cliProgress } = await import('cli-progress')
    if (this.#closed) return
    const known = progress.total !== undefined
    this.#bar = new cliProgress.SingleBar(
      {
        format: `${known ? '{bar} {percentage}% | ' : ''}{done} | {rate} | ratio {ratio}${known ? ' | {left}' : ''}`,
        stream: standardError(),
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        // Signals are handled in one place, which closes the bar.
        gracefulExit: false,
      },
      cliProgress.Presets.shades_classic,
    )
    this.#bar.start(Math.max(1, progress.total ?? 1), progress.plain, payload)
  }

  close(): void {
    this.#closed = true
    this.#bar?.stop()
  }
}

/** Plain lines for a log. */
class LineView implements ProgressView {
  readonly #start = performance.now()
  #last = Number.NEGATIVE_INFINITY

  update(progress: Progress): void {
    const now = performance.now()
    if (now - this.#last < LINE_EVERY_MS) return
    this.#last = now
    const { done, rate, ratio, left } = facts(progress, elapsed(this.#start))
    const rest = progress.total === undefined ? '' : `, ${left}`
    say(`${done}, ${rate}, ratio ${ratio}${rest}`)
  }

  close(): void {}
}

const NOTHING: ProgressView = { update() {}, close() {} }

/**
 * Shows progress on standard error as the options say.
 * @param dataOnTerminal the data themselves go to the screen, where a bar would be in the way
 */
export function openProgress(options: CliOptions, dataOnTerminal = false): ProgressView {
  const mode = options.progress ?? 'auto'
  if (mode === 'never' || options.quiet === true) return NOTHING
  const drawable = errorIsTerminal() && process.env.TERM !== 'dumb'
  if (mode === 'always') return drawable ? new BarView(0) : new LineView()
  return drawable && !dataOnTerminal ? new BarView(DELAY_MS) : NOTHING
}
