// Prepares the input of an append: of known size, and readable again if the change starts over.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usage } from '../core/errors.js'
import { closeSpooled, type Need, spoolWhere } from '../engine/spool.js'
import { schemeOf } from '../places/registry.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import { concat } from './joined-source.js'

/** One source, or several, as a list. @throws BlpkError USAGE for anything else, such as a path */
function sourceList(source: PlainSource | readonly PlainSource[]): readonly PlainSource[] {
  const list: readonly unknown[] = Array.isArray(source) ? source : [source]
  const isSource = (one: unknown): one is PlainSource =>
    typeof one === 'object' && one !== null && 'read' in one
  if (!list.every(isSource)) throw usage('an append takes sources: plainSource(path) makes one of a file')
  return list
}

const isSized: Need = ({ size }) => size !== undefined

const isRereadable: Need = (source) =>
  source instanceof BytesPlainSource && source.seekable && isSized(source)

/** The same bytes from the start on. */
function fromStart(source: PlainSource): PlainSource {
  const { size = 0, metadata } = source
  return source instanceof BytesPlainSource && source.seekable ? source.slice(0, size, metadata) : source
}

/**
 * Brings sources that are not ready into temporary files for as long as an append is at work.
 * @param place what is appended to, by name
 * @param append gets a function that gives all of the sources as one, from the start on, each time it is called
 * @throws BlpkError USAGE if the sources do not go together, IO, NO_SPACE
 */
export async function withAppendSource<T>(
  place: string,
  source: PlainSource | readonly PlainSource[],
  append: (source: () => PlainSource) => Promise<T>,
): Promise<T> {
  const sources = sourceList(source)
  // A change of an object may start over; one of a file reads them once.
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
