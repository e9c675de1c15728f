// Prepares the input of an append: of known size, and readable again if the change starts over.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usage } from '../core/errors.js'
import { closeSpooled, type Need, spoolWhere } from '../engine/spool.js'
import { schemeOf } from '../places/registry.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import { concat } from './joined-source.js'

/** One source or several, as a list. @throws BlpkError USAGE for anything else, such as a path */
function sourceList(source: PlainSource | readonly PlainSource[]): readonly PlainSource[] {
  const list: readonly unknown[] = Array.isArray(source) ? source : [source]
  const isSource = (one: unknown): one is PlainSource =>
    typeof one === 'object' && one !== null && 'read' in one
  if (!list.every(isSource)) throw usage('an append takes a source: plainSource(path) makes one from a file')
  return list
}

const isSized: Need = ({ size }) => size !== undefined

const isRereadable: Need = (source) =>
  source instanceof BytesPlainSource && source.seekable && isSized(source)

/** The same bytes from the start. */
function fromStart(source: PlainSource): PlainSource {
  const { size = 0, metadata } = source
  return source instanceof BytesPlainSource && source.seekable ? source.slice(0, size, metadata) : source
}

/**
 * Copies sources to temporary files if necessary, for the duration of an append.
 * @param place name of the target
 * @param append gets a function that returns all sources as one, from the start, each time it is called
 * @throws BlpkError USAGE if the sources do not fit together; IO, NO_SPACE
 */
export async function withAppendSource<T>(
  place: string,
  source: PlainSource | readonly PlainSource[],
  append: (source: () => PlainSource) => Promise<T>,
): Promise<T> {
  const sources = sourceList(source)
  // A change of an object may start over; a change of a file reads the sources once.
  const isRemote = schemeOf(place) !== undefined
  const ready = isRemote
    ? await spoolWhere(sources, isRereadable, join(tmpdir(), 'blpk-append'))
    : await spoolWhere(sources, isSized, place)
  try {
    return await append(() => concat(isRemote ? ready.map(fromStart) : ready))
  } finally {
    await closeSpooled(ready, sources)
  }
}
