// Lays help out in lines: paragraphs, and rows of two columns.

const INDENT = '  '
const GAP = 2
/** Terms that are longer get a line of their own. */
const LONGEST_TERM = 24

/** Breaks a text at spaces into lines of at most so many columns. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= columns || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** A term and what it means. */
export type Row = readonly [term: string, text: string]

function rowLines([term, text]: Row, column: number, columns: number): string[] {
  const [first = '', ...rest] = wrap(text, columns - column)
  const isShort = INDENT.length + term.length + GAP <= column
  const head = isShort
    ? [`${INDENT}${term}`.padEnd(column) + first]
    : [INDENT + term, ' '.repeat(column) + first]
  return [...head, ...rest.map((line) => ' '.repeat(column) + line)].map((line) => line.trimEnd())
}

/** Where the second column of rows begins. */
export function columnOf(rows: readonly Row[], longest = LONGEST_TERM): number {
  const widths = rows.map(([term]) => term.length).filter((width) => width <= longest)
  return INDENT.length + Math.max(0, ...widths) + GAP
}

/** Rows in two columns. */
export function layRows(rows: readonly Row[], columns: number, column = columnOf(rows)): string[] {
  return rows.flatMap((row) => rowLines(row, column, columns))
}
