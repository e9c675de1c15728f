import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { attempt } from '../io-errors.js'
import { isDash } from './dash.js'
import type { CliOptions } from './options.js'

/** Where a value comes from: `-` is standard input, `@file` a file, all else is the value itself. */
export async function valueBytes(value: string): Promise<Uint8Array> {
  if (isDash(value)) return buffer(process.stdin)
  if (!value.startsWith('@')) return Buffer.from(value)
  const file = value.slice(1)
  return attempt('read', file, () => readFileSync(file))
}

/** JSON as it is, and everything else as a string. */
export function asJson(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8')
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}

/** The string itself where one value was asked for and it is text that does nothing to a terminal. */
export function shownValue(json: string, o: CliOptions): string {
  if (o.json === true || !json.startsWith('"')) return json
  const text = JSON.parse(json) as string
  return /[^\P{Cc}\n\t]/u.test(text) ? json : text
}
