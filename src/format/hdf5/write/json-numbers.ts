// Which numbers of HDF5 hold the numbers of a JSON text without losing digits.

export type NumberKind = 'int64' | 'uint64' | 'float64'

/** Longer texts are no integers of 64 bits. */
const MAX_INTEGER_TEXT = 20
const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** The digits of a number without zeros around them, and the power of ten of the last; undefined for NaN and infinities. */
function significant(text: string): string | undefined {
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  if (whole === '') return undefined
  const digits = (whole + fraction).replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? '0' : `${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`
}

function isExactFloat(text: string): boolean {
  return significant(text) === significant(String(Number(text)))
}

function isInteger(text: string): boolean {
  return text.length <= MAX_INTEGER_TEXT && /^-?\d+$/.test(text)
}

/** @returns undefined if no one of them holds all the numbers */
export function numberKind(tokens: readonly string[]): NumberKind | undefined {
  if (tokens.length > 0 && tokens.every(isInteger)) {
    const values = tokens.map(BigInt)
    if (values.every((n) => BigInt.asIntN(64, n) === n)) return 'int64'
    if (values.every((n) => BigInt.asUintN(64, n) === n)) return 'uint64'
    return undefined
  }
  return tokens.every(isExactFloat) ? 'float64' : undefined
}
