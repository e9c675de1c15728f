// The contents of metalayers that are msgpack values as JSON, for containers that hold such values.

import type { Layers } from '../../frame/layers.js'
import { jsonOfMsgpack } from '../../frame/msgpack/to-json.js'

/** JSON text by name. Contents other than msgpack have none. */
export function jsonValues(layers: Layers, names: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const name of names) {
    const content = layers.get(name)
    if (content === undefined) continue
    try {
      values.set(name, jsonOfMsgpack(content))
    } catch {
      // It is left out.
    }
  }
  return values
}
