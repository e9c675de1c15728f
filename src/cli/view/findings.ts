import { boxText } from '../../array/chunk-box.js'
import type { Finding, Lost, Span } from '../../format/damage/finding.js'
import { oneLine } from '../exit.js'

function spanText({ start, stop }: Span): string {
  return `${start} to ${stop ?? 'the end'}`
}

function unitsText({ items, rows, box }: Lost): string {
  const parts = [items && `items ${spanText(items)}`, rows && `rows ${spanText(rows)}`, box && boxText(box)]
  const text = parts.filter((part) => part !== undefined).join(', ')
  return text === '' ? '' : ` (${text})`
}

/** What a finding says, on one line: also which bytes, items and rows are lost. */
export function findingLine(file: string, { level, message, lost }: Finding): string {
  const fate = lost === undefined ? '' : `: plain bytes ${spanText(lost)} are lost${unitsText(lost)}`
  return oneLine(`${file}: ${level}: ${message}${fate}`)
}
