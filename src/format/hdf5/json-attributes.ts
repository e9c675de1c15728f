// Attributes that are JSON text, because HDF5 has no value for what they say.

import { isJson } from '../../core/json/json.js'
import type { Attribute } from './model.js'

/**
 * Lists, as JSON text, the attributes of the same object that are JSON text: those that are neither a value nor an
 * array of one kind of HDF5's values. A reader that does not know it sees strings.
 */
export const JSON_ATTRIBUTE = 'blpk-json'

/** The string that JSON text is; undefined if it is something else. */
function stringIn(json: string): string | undefined {
  return json.startsWith('"') ? (JSON.parse(json) as string) : undefined
}

/** The names that the list has; none if it is not such a list. */
function listedIn(attributes: readonly Attribute[]): ReadonlySet<string> {
  const list = attributes.find(({ name }) => name === JSON_ATTRIBUTE)
  const text = list !== undefined && 'json' in list ? stringIn(list.json) : undefined
  if (text === undefined || !isJson(text)) return new Set()
  const names: unknown = JSON.parse(text)
  return new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [])
}

function meant(attribute: Attribute): Attribute {
  const text = 'json' in attribute ? stringIn(attribute.json) : undefined
  return text !== undefined && isJson(text) ? { name: attribute.name, json: text } : attribute
}

/** The attributes as they were given when the file was written: JSON text is what it says, and the list is none of them. */
export function withJsonValues(attributes: readonly Attribute[]): readonly Attribute[] {
  const names = listedIn(attributes)
  return attributes
    .filter(({ name }) => name !== JSON_ATTRIBUTE)
    .map((attribute) => (names.has(attribute.name) ? meant(attribute) : attribute))
}
