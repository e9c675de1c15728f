// Finds out whether a JSON text is an array as HDF5 has them: one item, or lists of equal length with items
// of one kind.

import { JsonScanner } from '../../../core/json/scan.js'
import { MAX_RANK } from './dataspace.js'

/** What all items are; numbers are text, with all their digits. */
type ItemKind = 'number' | 'boolean' | 'string'

export interface JsonItems {
  readonly kind: ItemKind
  /** Empty for a single item. */
  readonly shape: readonly number[]
  /** Texts of the tokens, in C order. */
  readonly tokens: readonly string[]
}

function kindOf(kind: string, token: string): ItemKind | undefined {
  if (kind === 'number' || kind === 'string') return kind
  if (token === 'true' || token === 'false') return 'boolean'
  return token === 'null' ? undefined : 'number'
}

/** Collects the items of lists, as long as they are regular. */
class Collector {
  readonly tokens: string[] = []
  /** Length of the lists at each depth, once the first has ended. */
  readonly shape: number[] = []
  /** Lengths so far of the lists that are open. */
  readonly #open: number[] = []
  #depth = 0
  kind: ItemKind | undefined

  #count(): void {
    const last = this.#open.length - 1
    if (last >= 0) this.#open[last] = (this.#open[last] ?? 0) + 1
  }

  /** @returns whether it is still regular, as the other methods do */
  begin(): boolean {
    this.#count()
    this.#open.push(0)
    const isDeeper = this.#open.length > this.#depth
    if (isDeeper) this.#depth++
    return this.#depth <= MAX_RANK && !(isDeeper && this.tokens.length > 0)
  }

  end(): boolean {
    const length = this.#open.pop() ?? 0
    const axis = this.#open.length
    this.shape[axis] ??= length
    return this.shape[axis] === length
  }

  item(kind: ItemKind | undefined, token: string): boolean {
    this.#count()
    this.kind ??= kind
    this.tokens.push(token)
    return kind !== undefined && this.kind === kind && this.#open.length === this.#depth
  }

  /** Whether each list at the same depth had items, or none. */
  get isWhole(): boolean {
    return this.tokens.length === this.shape.reduce((product, length) => product * length, 1)
  }
}

/** @param json valid JSON text @returns undefined if it is no regular array */
export function jsonItems(json: string): JsonItems | undefined {
  const scanner = new JsonScanner(json)
  const found = new Collector()
  while (scanner.next()) {
    const { kind } = scanner
    if (kind === '{' || kind === '}' || kind === 'key') return undefined
    const isRegular =
      kind === '['
        ? found.begin()
        : kind === ']'
          ? found.end()
          : found.item(kindOf(kind, scanner.token), scanner.token)
    if (!isRegular) return undefined
  }
  return found.isWhole
    ? { kind: found.kind ?? 'number', shape: found.shape, tokens: found.tokens }
    : undefined
}
