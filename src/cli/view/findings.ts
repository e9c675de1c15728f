// What is wrong with a container, a line each.

import { boxText } from '../../core/shape-text.js'
import type { Finding } from '../../verbs/verify.js'
import { oneLine } from '../exit.js'
import { hintOf } from '../hints.js'

type Lost = NonNullable<Finding['lost']>
type Span = NonNullable<Lost['rows']>

function spanText({ start, stop }: Span): string {
  return `${start} to ${stop ?? 'the end'}`
}

function unitsText({ items, rows, box }: Lost): string {
  const parts = [items && `items ${spanText(items)}`, rows && `rows ${spanText(rows)}`, box && boxText(box)]
  const text = parts.filter((part) => part !== undefined).join(', ')
  return text === '' ? '' : ` (${text})`
}

/** What a finding says, on one line: also which bytes, items and rows are lost. */
export function findingLine(file: string, finding: Finding): string {
  const { level, message, lost } = advised(finding)
  const fate = lost === undefined ? '' : `: plain bytes ${spanText(lost)} are lost${unitsText(lost)}`
  return oneLine(`${file}: ${level}: ${message}${fate}`)
}

/** A finding with the flag or the command that helps in its message. */
export function advised({ advice, ...finding }: Finding): Finding {
  return advice === undefined ? finding : { ...finding, message: finding.message + hintOf(advice) }
}
