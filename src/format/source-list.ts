import { usage } from '../core/errors.js'
import type { PlainSource } from '../sources/plain.js'

/** One source, or several, as a list. @throws BlpkError USAGE for anything else, such as a path */
export function sourceList(source: PlainSource | readonly PlainSource[]): readonly PlainSource[] {
  const list: readonly unknown[] = Array.isArray(source) ? source : [source]
  const isSource = (one: unknown): one is PlainSource =>
    typeof one === 'object' && one !== null && 'read' in one
  if (!list.every(isSource)) throw usage('an append takes sources: plainSource(path) makes one of a file')
  return list
}
