// Converts JSON text to msgpack without losing digits.

import { usage } from '../../../core/errors.js'
import { readingJson } from '../../../core/json/json.js'
import { JsonScanner } from '../../../core/json/scan.js'
import { putArrayHead, putBinary, putExtension, putMapHead, putNumber, putString } from './put.js'
import { MsgpackWriter } from './writer.js'

/** Python's msgpack does not read deeper values. */
const MAX_DEPTH = 1023

/** Number of items or members in each bracket, in order of opening. @throws JsonFault */
function countsOf(text: string): number[] {
  const counts: number[] = []
  const open: number[] = []
  const scanner = new JsonScanner(text)
  while (scanner.next()) {
    const { kind, depth } = scanner
    if (depth > MAX_DEPTH)
      throw usage(`the value is nested more than ${MAX_DEPTH} deep, which msgpack in Python cannot read`)
    if (kind === '}' || kind === ']') {
      open.pop()
      continue
    }
    // Members are counted by their values.
    const holder = open.at(-1)
    if (kind !== 'key' && holder !== undefined) counts[holder] = (counts[holder] ?? 0) + 1
    if (kind === '{' || kind === '[') open.push(counts.push(0) - 1)
  }
  return counts
}

const SPECIAL = /^\{\s*(?:"\$ext"\s*:\s*(-?\d{1,3})\s*,\s*)?"\$bytes"\s*:\s*""\s*\}$/
const SPECIAL_START = /\{\s*"\$(?:ext|bytes)"\s*:/y

/** Bytes and extensions, in the form of to-json.ts. @returns whether there was one at `at` */
function putSpecial(w: MsgpackWriter, text: string, at: number): boolean {
  SPECIAL_START.lastIndex = at
  if (!SPECIAL_START.test(text)) return false
  const end = text.indexOf('}', at)
  const close = text.lastIndexOf('"', end)
  const open = text.lastIndexOf('"', close - 1)
  const base64 = text.slice(open + 1, close)
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) return false
  const match = SPECIAL.exec(text.slice(at, open + 1) + text.slice(close, end + 1))
  const type = Number(match?.[1] ?? 0)
  if (match === null || type < -128 || type > 127) return false
  if (match[1] === undefined) putBinary(w, bytes)
  else putExtension(w, type, bytes)
  return true
}

function skipObject(scanner: JsonScanner): void {
  const { depth } = scanner
  while (scanner.depth >= depth) scanner.next()
}

function putWord(w: MsgpackWriter, word: string): void {
  if (word === 'null') w.nil()
  else if (word === 'true' || word === 'false') w.boolean(word === 'true')
  else w.float64(Number(word))
}

function putAll(w: MsgpackWriter, text: string, counts: readonly number[]): void {
  const scanner = new JsonScanner(text)
  for (let opened = 0; scanner.next(); ) {
    const { kind } = scanner
    if (kind === '{') {
      const count = counts[opened++] ?? 0
      if (count <= 2 && putSpecial(w, text, scanner.start)) skipObject(scanner)
      else putMapHead(w, count)
    } else if (kind === '[') putArrayHead(w, counts[opened++] ?? 0)
    else if (kind === 'number') putNumber(w, scanner.token)
    else if (kind === 'word') putWord(w, scanner.token)
    else if (kind === 'key' || kind === 'string') putString(w, JSON.parse(scanner.token) as string)
  }
}

/**
 * Converts JSON text to msgpack in the shortest forms, as python-blosc2 stores metalayer values. Integers
 * keep all digits; NaN and infinities become floats; `{"$bytes": base64}` becomes bytes, and with `$ext` an
 * extension.
 * @throws BlpkError USAGE if it is not JSON, or msgpack cannot express it
 */
export function packJson(text: string): Uint8Array {
  const writer = new MsgpackWriter()
  putAll(
    writer,
    text,
    readingJson('the value', () => countsOf(text)),
  )
  return writer.finish()
}
