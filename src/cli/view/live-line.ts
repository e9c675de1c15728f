// A line on the terminal that is redrawn in place, and cleared for messages.

import { beforeEnd } from '../last-steps.js'
import { displayWidth } from './display-width.js'
import { standardError } from './stdio.js'

const ESCAPE = '\u001b'
const USUAL_COLUMNS = 80
/** In the last column many terminals wrap, and Ctrl-C shows as `^C` behind the line. */
const SPARE_COLUMNS = 3

/** Do lines that a narrower terminal has no room for go on in the next row? xterm and the Linux console cut them. */
function reflows({ TERM, XTERM_VERSION }: NodeJS.ProcessEnv): boolean {
  return XTERM_VERSION === undefined && TERM !== 'linux'
}

/** The line at the cursor of a terminal, which is drawn again and again. There is one at a time. */
class LiveLine {
  #text = ''
  #isOpen = false
  #onResize = (): void => {}

  /** Columns that a line may take. */
  get columns(): number {
    return Math.max(1, this.#width - SPARE_COLUMNS)
  }

  get #width(): number {
    return standardError().columns || USUAL_COLUMNS
  }

  /** @param draw draws the line for the new width of the terminal */
  open(draw: () => void): void {
    this.#isOpen = true
    this.#onResize = () => {
      this.#erase()
      draw()
    }
    standardError().on('resize', this.#onResize)
    standardError().write(`${ESCAPE}[?25l`)
    beforeEnd(() => this.close())
  }

  draw(text: string): void {
    if (!this.#isOpen) return
    standardError().write(`\r${text}${ESCAPE}[K`)
    this.#text = text
  }

  #erase(): void {
    const rows = Math.ceil(displayWidth(this.#text) / this.#width)
    const up = rows > 1 && reflows(process.env) ? `${ESCAPE}[${rows - 1}A` : ''
    standardError().write(`${up}\r${ESCAPE}[2K${up === '' ? '' : `${ESCAPE}[J`}`)
    this.#text = ''
  }

  /** Writes text above the line. */
  writeAbove(text: string): void {
    const { length } = this.#text
    if (length === 0) {
      standardError().write(text)
      return
    }
    const line = this.#text
    this.#erase()
    standardError().write(text)
    this.draw(line)
  }

  /** Takes the line from the screen. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    standardError().off('resize', this.#onResize)
    this.#erase()
    standardError().write(`${ESCAPE}[?25h`)
  }
}

export const liveLine = new LiveLine()
