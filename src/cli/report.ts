import { print } from './print.js'

/** Writes JSON over several lines that does nothing to a terminal: the standard leaves some control codes in. */
export function prettyJson(value: unknown): string {
  const escaped = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, null, 2).replace(/[^\P{Cc}\n]/gu, escaped)
}

/** Prints a result as JSON. */
export function printJson(value: unknown): void {
  print(`${prettyJson(value)}\n`)
}

/** How many times smaller, in a form that JSON can hold. */
export function jsonRatio(nbytes: number, cbytes: number): number | null {
  return cbytes === 0 ? null : Number((nbytes / cbytes).toFixed(4))
}

/** Rounds seconds to milliseconds. */
export function jsonSeconds(seconds: number): number {
  return Number(seconds.toFixed(3))
}

/** A count with its noun: `1 chunk`, `26 chunks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Lines up rows in columns: text to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((name, i) => {
    const cells = rows.map((row) => row[i] ?? '')
    const width = cells.reduce((most, cell) => Math.max(most, cell.length), name.length)
    return { width, isText: cells.some((cell) => !/^[-\d.]*$/.test(cell)) }
  })
  const line = (row: readonly string[]): string =>
    columns
      .map(({ width, isText }, i) => (isText ? row[i]?.padEnd(width) : row[i]?.padStart(width)))
      .join('  ')
  return [head, ...rows].map((row) => `${line(row).trimEnd()}\n`).join('')
}

/** Starts a clock. @returns a function that gives the seconds since */
export function stopwatch(): () => number {
  const start = performance.now()
  return () => (performance.now() - start) / 1000
}
