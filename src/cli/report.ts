import { jsonPieces, jsonTextOf, printedJson } from '../format/json-print.js'
import { print } from './print.js'

/** Writes a value as JSON over several lines, with all digits of its numbers; it does nothing to a terminal. */
export function prettyJson(value: unknown): string {
  return printedJson(jsonTextOf(value))
}

/** Prints a result as JSON. */
export function printJson(value: unknown): void {
  for (const piece of jsonPieces(jsonTextOf(value))) print(piece)
  print('\n')
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
