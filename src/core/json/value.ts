// Parses JSON text into JavaScript values; large integers become bigints.

import { JsonScanner } from './scan.js'

/** Python reads integers of at most 4300 digits; parsing longer ones would take minutes. */
const MAX_DIGITS = 10_000

function wordValue(word: string): unknown {
  if (word === 'null') return null
  return word === 'true' || word === 'false' ? word === 'true' : Number(word)
}

function numberValue(text: string): number | bigint {
  const number = Number(text)
  if (Number.isSafeInteger(number) || text.length > MAX_DIGITS || /[.eE]/.test(text)) return number
  return BigInt(text)
}

type Holder = unknown[] | Record<string, unknown>

function put(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder)) holder.push(value)
  else if (key !== '__proto__') holder[key] = value
  else Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
}

/**
 * Parses JSON text as Python's json module writes it, including NaN and infinities. Large integers become
 * bigints; other numbers become the nearest 64-bit float. If a key appears twice, the last value wins.
 * @throws JsonFault
 */
export function parseJson(text: string): unknown {
  const scanner = new JsonScanner(text)
  const root: unknown[] = []
  const holders: [Holder, key: string][] = []
  let holder: Holder = root
  let key = ''
  while (scanner.next()) {
    const { kind } = scanner
    if (kind === 'key') key = JSON.parse(scanner.token) as string
    else if (kind === 'string') put(holder, key, JSON.parse(scanner.token))
    else if (kind === 'number') put(holder, key, numberValue(scanner.token))
    else if (kind === 'word') put(holder, key, wordValue(scanner.token))
    else if (kind === '}' || kind === ']') [holder, key] = holders.pop() ?? [root, '']
    else {
      const inner: Holder = kind === '{' ? {} : []
      put(holder, key, inner)
      holders.push([holder, key])
      holder = inner
    }
  }
  return root[0]
}
