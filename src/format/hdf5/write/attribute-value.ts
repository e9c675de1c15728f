// The value of an attribute as HDF5 holds it: type, extents and bytes.

import { dataspace } from './dataspace.js'
import type { GlobalHeap } from './global-heap.js'
import { type JsonItems, jsonItems } from './json-items.js'
import { type NumberKind, numberKind } from './json-numbers.js'
import { Put } from './put.js'
import { boolType, floatType, integerType, VLEN_BYTES, vlenStringType } from './simple-types.js'

/** The parts of an attribute but its name. */
export interface AttributeValue {
  readonly type: Uint8Array
  readonly space: Uint8Array
  readonly data: Uint8Array
}

const NUMBER = { size: 8, bigEndian: false } as const
const encoder = new TextEncoder()

function typeOf(kind: NumberKind): Uint8Array {
  const float = kind === 'float64' ? floatType(NUMBER) : undefined
  return float ?? integerType(NUMBER, kind === 'int64')
}

function numbers({ tokens, shape }: JsonItems): AttributeValue | undefined {
  const kind = numberKind(tokens)
  if (kind === undefined) return undefined
  const data = new Put()
  for (const token of tokens) {
    if (kind === 'float64') data.float64(Number(token))
    else data.big64(BigInt(token))
  }
  return { type: typeOf(kind), space: dataspace(shape), data: data.finish() }
}

function booleans({ tokens, shape }: JsonItems): AttributeValue {
  const data = Uint8Array.from(tokens, (token) => (token === 'true' ? 1 : 0))
  return { type: boolType(), space: dataspace(shape), data }
}

/** Readers in C end a string at a NUL, and UTF-8 has no lone surrogates. */
function fitsString(text: string): boolean {
  return !/\0|\p{Cs}/u.test(text)
}

/** Strings in a global heap, which h5py reads as `str`. */
export function stringsValue(
  texts: readonly string[],
  shape: readonly number[],
  heap: GlobalHeap,
): AttributeValue {
  const data = new Put()
  for (const text of texts) {
    const bytes = encoder.encode(text)
    const { address, index } = heap.add(bytes)
    data.u32(bytes.length).address(address).u32(index)
  }
  return { type: vlenStringType(), space: dataspace(shape), data: data.finish() }
}

function strings({ tokens, shape }: JsonItems, most: number, heap: GlobalHeap): AttributeValue | undefined {
  const texts = tokens.map((token) => JSON.parse(token) as string)
  if (texts.length * VLEN_BYTES > most || !texts.every(fitsString)) return undefined
  return stringsValue(texts, shape, heap)
}

/**
 * @param json valid JSON text
 * @param most bytes that the value may take in the attribute
 * @returns undefined if HDF5 has no such value
 */
export function attributeValue(json: string, most: number, heap: GlobalHeap): AttributeValue | undefined {
  const items = jsonItems(json)
  if (items === undefined) return undefined
  if (items.kind === 'string') return strings(items, most, heap)
  const value = items.kind === 'boolean' ? booleans(items) : numbers(items)
  return value === undefined || value.data.length > most ? undefined : value
}
