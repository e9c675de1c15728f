// Values of `blpk meta`: reading them from arguments and files, and printing them.

import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { usage } from '../../core/errors.js'
import { attempt } from '../../core/io-errors.js'
import { decodeJson } from '../../core/json/decode.js'
import { escapeUnit, scanJson } from '../../core/json/json.js'
import { JsonFault } from '../../core/json/scan.js'
import { replaceAll } from '../../core/json/text-pieces.js'
import { isDash } from '../dash.js'
import { print } from '../view/print.js'

/** Where a value comes from: `-` is standard input, `@file` a file, all else is the value itself. */
export async function valueBytes(value: string): Promise<Uint8Array> {
  if (isDash(value)) return buffer(process.stdin)
  if (!value.startsWith('@')) return Buffer.from(value)
  const file = value.slice(1)
  return attempt('read', file, () => readFileSync(file))
}

/** A number in another notation than JSON's, such as 01, .5, 1_000 or 0x10; dates and versions are none. */
const NUMBER_LIKE = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d*)?$|^[+-]?0[xob][\da-f_]+$/i
const WORD_LIKE = /^(?:tru|true|fals|false|nul|null|[+-]?nan|[+-]?inf(?:inity)?)$/i

/** Was a text that is not JSON meant to be? */
function looksLikeJson(text: string): boolean {
  const trimmed = text.trim()
  return (
    /^[[{"]/.test(trimmed) ||
    NUMBER_LIKE.test(trimmed.slice(0, 1000)) ||
    WORD_LIKE.test(trimmed) ||
    trimmed === 'None'
  )
}

function decodedValue(bytes: Uint8Array): string {
  try {
    return decodeJson(bytes)
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw usage(`the value is not text: ${error.message}`)
  }
}

/**
 * JSON as it is, and everything else as a string.
 * @throws BlpkError USAGE for what looks like JSON and is not, and for what is not text
 */
export function asJson(bytes: Uint8Array): string {
  const text = decodedValue(bytes)
  try {
    scanJson(text)
    return text
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    if (looksLikeJson(text))
      throw usage(`the value looks like JSON, but is not: ${error.message} (--raw stores it as it is)`)
    if (text.includes('\0')) throw usage('the value is neither JSON nor text')
    return JSON.stringify(text)
  }
}

/** JSON text as it stands, without control characters that would mean something to a terminal. */
function harmless(json: string): string {
  return replaceAll(json, /[\u007f-\u009f]/g, escapeUnit)
}

/** The string itself if it is text that does nothing to a terminal, else JSON. */
function shownValue(json: string): string {
  if (!json.startsWith('"')) return harmless(json)
  const text = JSON.parse(json) as string
  return /[\p{Cc}\p{Cs}]/u.test(text.replace(/[\n\t]/g, '')) ? harmless(json) : text
}

/**
 * Prints what `meta get` found as it is stored.
 * @param name of the one value that was asked for, whose string is shown without quotes
 */
export function printValue(json: string, name: string | undefined): void {
  print(`${name === undefined ? harmless(json) : shownValue(json)}\n`)
}
