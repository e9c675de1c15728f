import { usage } from '../../errors.js'
import { checkJson } from '../json.js'
import { MsgpackWriter } from './writer.js'

const encoder = new TextEncoder()

/** A head that counts: in itself up to `fixMost`, else in 1 (where there is such a form), 2 or 4 bytes behind it. */
function putCount(
  w: MsgpackWriter,
  n: number,
  [fix, fixMost, byte, two]: [fix: number, fixMost: number, byte: number | undefined, two: number],
): void {
  if (n <= fixMost) w.byte(fix + n)
  else if (byte !== undefined && n < 2 ** 8) w.headed(byte, 1, n)
  else if (n < 2 ** 16) w.headed(two, 2, n)
  else w.headed(two + 1, 4, n)
}

function putInteger(w: MsgpackWriter, n: bigint): void {
  if (n >= -32n && n < 128n) w.byte(Number(n) & 0xff)
  else if (n >= 0n) w.headed(...sized(0xcc, n < 2n ** 8n, n < 2n ** 16n, n < 2n ** 32n), n)
  else w.headed(...sized(0xd0, n >= -(2n ** 7n), n >= -(2n ** 15n), n >= -(2n ** 31n)), n)
}

/** The head and the size of the smallest form that fits; heads of larger forms follow that of one byte. */
function sized(head: number, fits1: boolean, fits2: boolean, fits4: boolean): [number, 1 | 2 | 4 | 8] {
  if (fits1) return [head, 1]
  if (fits2) return [head + 1, 2]
  return fits4 ? [head + 2, 4] : [head + 3, 8]
}

function putNumber(w: MsgpackWriter, text: string): void {
  const n = /^-?\d+$/.test(text) ? BigInt(text) : undefined
  if (n !== undefined && n >= -(2n ** 63n) && n < 2n ** 64n) putInteger(w, n)
  // What is written as a whole number may be a large float, such as 1e20.
  else if (n === undefined || String(Number(text)) === text) w.float64(Number(text))
  else throw usage(`the number ${text} is too large; msgpack has integers of 64 bits`)
}

function putString(w: MsgpackWriter, text: string): void {
  const bytes = encoder.encode(text)
  putCount(w, bytes.length, [0xa0, 31, 0xd9, 0xda])
  w.raw(bytes)
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+)/gy

/** The tokens of a JSON text that is known to be valid. */
class Tokens {
  readonly #tokens: string[]
  #at = 0

  constructor(text: string) {
    this.#tokens = Array.from(text.matchAll(TOKEN), ([, token = '']) => token)
  }

  next(): string {
    return this.#tokens[this.#at++] ?? ''
  }

  /** Has `item` write each item up to the closing bracket. @returns how many there are */
  until(close: string, item: () => void): number {
    if (this.#tokens[this.#at] === close) {
      this.#at++
      return 0
    }
    let count = 0
    do {
      item()
      count++
    } while (this.next() === ',')
    return count
  }
}

function putList(w: MsgpackWriter, tokens: Tokens): void {
  const items = new MsgpackWriter()
  const count = tokens.until(']', () => putValue(items, tokens))
  putCount(w, count, [0x90, 15, undefined, 0xdc])
  w.raw(items.finish())
}

function putMap(w: MsgpackWriter, tokens: Tokens): void {
  const pairs = new MsgpackWriter()
  const count = tokens.until('}', () => {
    putString(pairs, JSON.parse(tokens.next()) as string)
    tokens.next()
    putValue(pairs, tokens)
  })
  putCount(w, count, [0x80, 15, undefined, 0xde])
  w.raw(pairs.finish())
}

function putValue(w: MsgpackWriter, tokens: Tokens): void {
  const token = tokens.next()
  if (token === '[') putList(w, tokens)
  else if (token === '{') putMap(w, tokens)
  else if (token.startsWith('"')) putString(w, JSON.parse(token) as string)
  else if (token === 'null') w.nil()
  else if (token === 'true' || token === 'false') w.boolean(token === 'true')
  else putNumber(w, token)
}

/**
 * A JSON text as msgpack, in the shortest forms, as python-blosc2 stores values of metalayers. Integers keep all
 * of their digits.
 * @throws BlpkError USAGE where it is no JSON, or integers have more than 64 bits
 */
export function packJson(text: string): Uint8Array {
  checkJson(text, 'the value')
  const writer = new MsgpackWriter()
  putValue(writer, new Tokens(text))
  return writer.finish()
}
