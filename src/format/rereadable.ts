import type { Need } from '../engine/spool.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'

/** A source that can be read more than once. */
export const READ_AGAIN: Need = (source) =>
  source instanceof BytesPlainSource && source.seekable && source.size !== undefined

/** The same bytes from the start on, where they can be read more than once. */
export function again(source: PlainSource): PlainSource {
  const { size = 0, metadata } = source
  return source instanceof BytesPlainSource && source.seekable ? source.slice(0, size, metadata) : source
}
