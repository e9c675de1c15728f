// Prints what `info` reports of a container, for people.

import type { FactRow, Facts } from '../../verbs/info.js'
import { oneLine } from '../exit.js'
import { table } from './report.js'

function rowLines({ label, value, below = [] }: FactRow): string[] {
  const row = value === '' ? `  ${label}` : `  ${label.padEnd(11)}  ${oneLine(value)}`
  return [row, ...below.map((line) => `    ${oneLine(line)}`)]
}

/** The facts as rows, and tables below. */
export function formatFacts({ head, rows, tables }: Facts): string {
  const lines = [head.file, ...rows.flatMap(rowLines)].map((line) => `${line}\n`)
  return [...lines, ...tables.map((one) => `\n${table(one.head, one.rows)}`)].join('')
}
