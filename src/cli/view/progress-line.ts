// Lays progress out in a line that fits the terminal.

import { displayWidth, shorten } from './display-width.js'
import type { ProgressFacts } from './progress-facts.js'

const MOST_BAR = 24
const LEAST_BAR = 8
const LEAST_LABEL = 8
const BETWEEN = ' | '

/** How a line is drawn. */
export interface LineStyle {
  /** Draws a bar of so many columns. */
  bar(part: number, columns: number): string
  /** Stands for what is left out of a name. */
  mark: string
}

/** What a line may say, from most to least. */
function choices({ part, done, rate, ratio, left }: ProgressFacts): string[][] {
  const fields = (...all: (string | undefined)[]): string[] => all.filter((one) => one !== undefined)
  if (part === undefined) return [fields(done, rate, ratio), [done, rate], [done]]
  const percent = `${Math.floor(part * 100)}%`
  return [
    fields(percent, done, rate, ratio, left),
    fields(percent, done, rate, left),
    fields(percent, done, left),
    fields(percent, left),
    [percent],
  ]
}

/** The most that fits; a bar says less than the numbers do. */
function fitted(facts: ProgressFacts, columns: number, style: LineStyle): string {
  const { part } = facts
  const texts = choices(facts).map((fields) => fields.join(BETWEEN))
  const withBar = (text: string): string | undefined => {
    const room = columns - text.length - 1
    return part === undefined || room < LEAST_BAR
      ? undefined
      : `${style.bar(part, Math.min(MOST_BAR, room))} ${text}`
  }
  const lines = [...texts.slice(0, -2).map(withBar), ...texts]
  const best = lines.find((line) => line !== undefined && line.length <= columns)
  return best ?? texts.at(-1)?.slice(0, columns) ?? ''
}

/**
 * A line of progress that fits on a terminal.
 * @param columns that the line may take
 * @param label what is worked on; a third of the line is for it
 */
export function progressLine(
  facts: ProgressFacts,
  columns: number,
  style: LineStyle,
  label?: string,
): string {
  const room = Math.floor(columns / 3)
  if (label === undefined || room < LEAST_LABEL) return fitted(facts, columns, style)
  const name = shorten(label, room, style.mark)
  return `${name} ${fitted(facts, columns - displayWidth(name) - 1, style)}`
}
