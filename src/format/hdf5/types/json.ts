// Values as JSON text: numbers with all digits, compounds as objects, arrays nested, bool as true and false.

import { damaged, unsupported } from '../../../core/errors.js'
import { Cursor, type FieldSizes } from '../bytes/cursor.js'
import { paddedText, textOf } from '../bytes/text.js'
import type { Datatype } from './datatype.js'
import { floatText, integerText } from './number-text.js'
import { isBool } from './numpy.js'

/** Longer values are named, not shown. */
const MAX_CHARACTERS = 2 ** 25

type Compound = Extract<Datatype, { kind: 'compound' }>

/** Nested lists of items, the last axis innermost. */
function nested(items: readonly string[], shape: readonly number[]): string {
  // An array without items may have huge extents; all it shows is that there are none.
  if (items.length === 0) return '[]'
  let level = items
  for (const extent of [...shape].reverse()) {
    const lists: string[] = []
    for (let i = 0; i < level.length; i += extent) lists.push(`[${level.slice(i, i + extent).join(',')}]`)
    level = lists
  }
  return level[0] ?? '[]'
}

/** Where the variable-length parts of items are: the global heaps. */
export interface VariableParts {
  /** @param address of a collection, absolute */
  object(address: number, index: number): Promise<Uint8Array>
}

/** Writes values of one file. */
export class JsonValues {
  readonly #sizes: FieldSizes
  readonly #heaps: VariableParts
  #left = MAX_CHARACTERS

  constructor(sizes: FieldSizes, heaps: VariableParts) {
    this.#sizes = sizes
    this.#heaps = heaps
  }

  /**
   * An array of items, or one item if it has no axes.
   * @throws BlpkError DAMAGED, UNSUPPORTED for types that JSON cannot show and for very long values, IO
   */
  async array(type: Datatype, bytes: Uint8Array, shape: readonly number[]): Promise<string> {
    this.#left = MAX_CHARACTERS
    return this.#items(type, bytes, shape)
  }

  async #items(type: Datatype, bytes: Uint8Array, shape: readonly number[]): Promise<string> {
    const count = shape.reduce((product, extent) => product * extent, 1)
    if (count * type.size > bytes.length) throw damaged('a value has fewer bytes than its type needs')
    const items: string[] = []
    for (let i = 0; i < count; i++) {
      const item = bytes.subarray(i * type.size, (i + 1) * type.size)
      items.push(this.#simple(type, item) ?? (await this.#item(type, item)))
    }
    return nested(items, shape)
  }

  /** Counts what is shown. */
  #shown(text: string): string {
    this.#left -= text.length
    if (this.#left < 0) throw unsupported('the value is too long to be shown')
    return text
  }

  /** Items without parts; undefined for others. */
  #simple(type: Datatype, bytes: Uint8Array): string | undefined {
    switch (type.kind) {
      case 'integer':
      case 'bits':
        return this.#shown(integerText(type, bytes))
      case 'float':
        return this.#shown(floatText(type, bytes))
      case 'string':
        return this.#text(paddedText(bytes, type.padding))
      case 'enum':
        return isBool(type) ? this.#bool(bytes) : this.#simple(type.base, bytes)
      default:
        return undefined
    }
  }

  async #item(type: Datatype, bytes: Uint8Array): Promise<string> {
    switch (type.kind) {
      case 'compound':
        return this.#compound(type, bytes)
      case 'complex':
        return this.#complex(type.item, bytes)
      case 'array':
        return this.#items(type.item, bytes, type.shape)
      case 'vlen-string':
        return this.#text(paddedText((await this.#sequence(bytes)).bytes, 'null-terminated'))
      case 'vlen':
        return this.#vlen(type.item, bytes)
      case 'other':
        throw unsupported(`${type.what} are not supported`)
      default:
        throw unsupported(`items of the kind '${type.kind}' are not shown`)
    }
  }

  #bool(bytes: Uint8Array): string {
    return this.#shown(bytes[0] === 0 ? 'false' : 'true')
  }

  #text(bytes: Uint8Array): string {
    if (bytes.length > this.#left) throw unsupported('the value is too long to be shown')
    return this.#shown(JSON.stringify(textOf(bytes)))
  }

  async #compound({ members }: Compound, bytes: Uint8Array): Promise<string> {
    const parts: string[] = []
    for (const { name, offset, type } of members) {
      const item = bytes.subarray(offset, offset + type.size)
      const value = this.#simple(type, item) ?? (await this.#item(type, item))
      parts.push(`${this.#shown(JSON.stringify(name))}:${value}`)
    }
    return `{${parts.join(',')}}`
  }

  /** As the compound that older files have instead. */
  async #complex(part: Datatype, bytes: Uint8Array): Promise<string> {
    const [real, imaginary] = [bytes.subarray(0, part.size), bytes.subarray(part.size)]
    return `{"r":${await this.#items(part, real, [])},"i":${await this.#items(part, imaginary, [])}}`
  }

  async #vlen(item: Datatype, bytes: Uint8Array): Promise<string> {
    const { count, bytes: items } = await this.#sequence(bytes)
    return this.#shown(await this.#items(item, items, [count]))
  }

  /** What a variable-length item refers to, and its length in items. */
  async #sequence(bytes: Uint8Array): Promise<{ count: number; bytes: Uint8Array }> {
    const cursor = new Cursor(bytes, this.#sizes, 0)
    const count = cursor.u32()
    if (count === 0) return { count, bytes: new Uint8Array() }
    return { count, bytes: await this.#heaps.object(cursor.needAddress(), cursor.u32()) }
  }
}
