// Prints results as JSON or as tables.

import { now } from '../../core/clock.js'
import { jsonPieces, jsonTextOf } from '../../core/json/print.js'
import type { CliOptions } from '../flags/options.js'
import { print } from './print.js'

/** Prints a result as JSON; with --ndjson on one line. */
export function printJson(value: unknown, { ndjson = false }: CliOptions): void {
  for (const piece of jsonPieces(jsonTextOf(value), { compact: ndjson })) print(piece)
  print('\n')
}

/** The results of a command that takes several files, printed as they come: a list, or with --ndjson a line each. */
export class JsonList {
  readonly #options: CliOptions
  #count = 0

  constructor(options: CliOptions) {
    this.#options = options
  }

  /** Prints nothing without --json. */
  add(entry: object): void {
    const { json, ndjson } = this.#options
    if (json !== true) return
    if (ndjson === true) {
      printJson(entry, this.#options)
      return
    }
    print(this.#count++ === 0 ? '[\n  ' : ',\n  ')
    for (const piece of jsonPieces(jsonTextOf(entry), { inside: 1 })) print(piece)
  }

  end(): void {
    const { json, ndjson } = this.#options
    if (json === true && ndjson !== true) print(this.#count === 0 ? '[]\n' : '\n]\n')
  }
}

/** Rounds seconds to milliseconds. */
export function jsonSeconds(seconds: number): number {
  return Number(seconds.toFixed(3))
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
  const start = now()
  return () => (now() - start) / 1000
}
