import { usage } from '../../errors.js'
import { isShallow } from '../bloscpack/json.js'

const encoder = new TextEncoder()

class Packer {
  readonly #pieces: Uint8Array[] = []

  finish(): Uint8Array {
    return Buffer.concat(this.#pieces)
  }

  #put(head: number, size = 0, set: (view: DataView) => void = () => {}): void {
    const bytes = new Uint8Array(1 + size)
    bytes[0] = head
    set(new DataView(bytes.buffer, 1))
    this.#pieces.push(bytes)
  }

  /** A head that counts: in itself up to `fixMost`, else in 1 (where there is such a form), 2 or 4 bytes behind it. */
  #count(n: number, fix: number, fixMost: number, byte: number | undefined, two: number): void {
    if (n <= fixMost) this.#put(fix + n)
    else if (byte !== undefined && n < 2 ** 8) this.#put(byte, 1, (v) => v.setUint8(0, n))
    else if (n < 2 ** 16) this.#put(two, 2, (v) => v.setUint16(0, n))
    else this.#put(two + 1, 4, (v) => v.setUint32(0, n))
  }

  #integer(n: bigint): void {
    if (n < -(2n ** 63n) || n >= 2n ** 64n)
      throw usage(`the number ${n} is too large; msgpack has integers of 64 bits`)
    if (n >= -32n && n < 128n) this.#put(Number(n) & 0xff)
    else if (n >= 0n) this.#unsigned(n)
    else if (n >= -(2n ** 7n)) this.#put(0xd0, 1, (v) => v.setInt8(0, Number(n)))
    else if (n >= -(2n ** 15n)) this.#put(0xd1, 2, (v) => v.setInt16(0, Number(n)))
    else if (n >= -(2n ** 31n)) this.#put(0xd2, 4, (v) => v.setInt32(0, Number(n)))
    else this.#put(0xd3, 8, (v) => v.setBigInt64(0, n))
  }

  #unsigned(n: bigint): void {
    if (n < 2n ** 8n) this.#put(0xcc, 1, (v) => v.setUint8(0, Number(n)))
    else if (n < 2n ** 16n) this.#put(0xcd, 2, (v) => v.setUint16(0, Number(n)))
    else if (n < 2n ** 32n) this.#put(0xce, 4, (v) => v.setUint32(0, Number(n)))
    else this.#put(0xcf, 8, (v) => v.setBigUint64(0, n))
  }

  #number(text: string): void {
    if (/^-?\d+$/.test(text)) this.#integer(BigInt(text))
    else this.#put(0xcb, 8, (v) => v.setFloat64(0, Number(text)))
  }

  #string(text: string): void {
    const bytes = encoder.encode(text)
    this.#count(bytes.length, 0xa0, 31, 0xd9, 0xda)
    this.#pieces.push(bytes)
  }

  value(tokens: Tokens): void {
    const token = tokens.next()
    if (token === '[')
      this.#items(
        tokens.until(']', () => this.#apart((p) => p.value(tokens))),
        0x90,
        0xdc,
      )
    else if (token === '{') {
      const pairs = tokens.until('}', () =>
        this.#apart((p) => {
          p.#string(JSON.parse(tokens.next()) as string)
          tokens.next()
          p.value(tokens)
        }),
      )
      this.#items(pairs, 0x80, 0xde)
    } else if (token.startsWith('"')) this.#string(JSON.parse(token) as string)
    else if (token === 'null') this.#put(0xc0)
    else if (token === 'true' || token === 'false') this.#put(token === 'true' ? 0xc3 : 0xc2)
    else this.#number(token)
  }

  #items(items: readonly Uint8Array[], fix: number, two: number): void {
    this.#count(items.length, fix, 15, undefined, two)
    this.#pieces.push(...items)
  }

  #apart(put: (packer: Packer) => void): Uint8Array {
    const packer = new Packer()
    put(packer)
    return packer.finish()
  }
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

  /** What `item` makes of each item up to the closing bracket. */
  until(close: string, item: () => Uint8Array): Uint8Array[] {
    const items: Uint8Array[] = []
    if (this.#tokens[this.#at] === close) {
      this.#at++
      return items
    }
    do items.push(item())
    while (this.next() === ',')
    return items
  }
}

/**
 * A JSON text as msgpack, in the shortest forms, as python-blosc2 stores values of metalayers. Integers keep all
 * of their digits.
 * @throws BlpkError USAGE where it is no JSON, or integers have more than 64 bits
 */
export function packJson(text: string): Uint8Array {
  try {
    JSON.parse(text)
  } catch (error) {
    throw usage(`the value is not JSON: ${(error as Error).message}`)
  }
  if (!isShallow(text)) throw usage('the value is nested too deeply')
  const packer = new Packer()
  packer.value(new Tokens(text))
  return packer.finish()
}
