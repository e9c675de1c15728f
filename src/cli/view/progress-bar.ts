// A progress bar on a terminal.

import { createRequire } from 'node:module'
import type cliProgress from 'cli-progress'
import type { Progress } from '../../verbs/options.js'
import { oneLine } from '../exit.js'
import type { ProgressView } from '../progress-view.js'
import { speaksUnicode } from './charset.js'
import { liveLine } from './live-line.js'
import { factsOf } from './progress-facts.js'
import { type LineStyle, progressLine } from './progress-line.js'
import { stopwatch } from './report.js'

/** The bar is drawn at most this often, in seconds. */
const BAR_EVERY = 0.1

function styleOf(unicode: boolean): LineStyle {
  // Loaded when a bar is drawn.
  const { Format, Presets } = createRequire(import.meta.url)('cli-progress') as typeof cliProgress
  const preset = unicode ? Presets.shades_classic : Presets.legacy
  return {
    mark: unicode ? '…' : '...',
    bar: (part, columns) =>
      Format.BarFormat(part, {
        barsize: columns,
        barCompleteString: `${preset.barCompleteChar}`.repeat(columns),
        barIncompleteString: `${preset.barIncompleteChar}`.repeat(columns),
        barGlue: '',
      }),
  }
}

/** A bar on a terminal. */
export class BarView implements ProgressView {
  readonly #delay: number
  readonly #label: string | undefined
  #seconds = stopwatch()
  #last = Number.NEGATIVE_INFINITY
  #progress: Progress = { plain: 0, packed: 0 }
  #style: LineStyle | undefined
  #state: 'waiting' | 'open' | 'closed' = 'waiting'

  /** @param delay seconds before it shows @param label what is worked on */
  constructor(delay: number, label?: string) {
    this.#delay = delay
    const text = label === undefined ? undefined : oneLine(label)
    this.#label = speaksUnicode() ? text : text?.replace(/[^ -~]/gu, '?')
  }

  update(progress: Progress): void {
    // Some runs go over an archive twice.
    if (progress.plain < this.#progress.plain && this.#state === 'open') this.#startOver()
    this.#progress = progress
    const now = this.#seconds()
    if (this.#state === 'waiting' && now >= this.#delay) this.#open()
    else if (this.#state === 'open' && now - this.#last >= BAR_EVERY) this.#draw()
  }

  #startOver(): void {
    this.#seconds = stopwatch()
    this.#last = 0
  }

  #open(): void {
    this.#state = 'open'
    this.#style = styleOf(speaksUnicode())
    liveLine.open(() => this.#draw())
    this.#draw()
  }

  #draw(): void {
    if (this.#style === undefined) return
    this.#last = this.#seconds()
    const facts = factsOf(this.#progress, this.#last)
    liveLine.draw(progressLine(facts, liveLine.columns, this.#style, this.#label))
  }

  close(): void {
    if (this.#state === 'open') liveLine.close()
    this.#state = 'closed'
  }
}
