// Names that go on inside a file, after `::`, such as `data.h5::/entry/x`.

import { placeName } from '../core/place-name.js'
import { lookAt } from '../disk/look.js'
import { containerOf, formatByName } from '../format/registry.js'
import type { Readable } from '../places/open.js'
import { placeOf } from '../places/registry.js'
import type { Descriptor } from './inputs.js'

const MARK = '::'

/** A name, as far as it is that of a place, and how it goes on inside. */
export interface SplitName {
  readonly name: string
  /** After the `::`; undefined if there is none. */
  readonly inner: string | undefined
}

/** Where a name has its `::`, the last one first. */
function marksIn(name: string, start: number): number[] {
  const found: number[] = []
  for (let at = name.indexOf(MARK, start); at >= 0; at = name.indexOf(MARK, at + 1)) found.push(at)
  return found.reverse()
}

/** A file counts whose name is longest, so that one with `::` in its name can still be opened. */
function splitPath(path: string): SplitName {
  const marks = lookAt(path) === undefined ? marksIn(path, 1) : []
  const at = marks.find((mark) => lookAt(path.slice(0, mark)) !== undefined)
  return at === undefined ? { name: path, inner: undefined } : splitAt(path, at)
}

function splitAt(name: string, at: number): SplitName {
  return { name: name.slice(0, at), inner: name.slice(at + MARK.length) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What is at an address costs a request, so the name tells: by an extension in front of the `::`, or a slash after it. */
function splitAddress(name: string, isUrl: boolean): SplitName {
  // Hosts may have `::` as well.
  const path = name.indexOf('/', name.indexOf('://') + 3)
  const withoutQuery = (text: string): string => (isUrl ? text.replace(/[?#].*$/s, '') : text)
  const isMark = (mark: number): boolean =>
    name[mark + MARK.length] === '/' ||
    formatByName(withoutQuery(name.slice(0, mark)).toLowerCase()) !== undefined
  const at = path < 0 ? undefined : marksIn(name, path).findLast(isMark)
  if (at === undefined) return { name, inner: undefined }
  const split = splitAt(name, at)
  return isUrl ? { ...split, inner: decoded(split.inner ?? '') } : split
}

/** Takes a name apart. On disk a file that has the whole name is that file; elsewhere the name alone tells. */
export function splitName(name: string): SplitName {
  if (!name.includes(MARK)) return { name, inner: undefined }
  const place = placeOf(name)
  return place === undefined ? splitPath(name) : splitAddress(name, place.isUrl === true)
}

/** Is what is in front of a `::` named like a container with names inside, which can be written? */
function isContainerName(name: string): boolean {
  const format = formatByName(name.toLowerCase())
  if (format === undefined) return false
  const { namesInside, onlyRead } = containerOf(format)
  return namesInside === true && onlyRead !== true
}

/** Takes the name of an output apart, which need not be there yet: the extension in front of the `::` tells. */
export function splitOutput(name: string): SplitName {
  const at = marksIn(name, 1).find((mark) => isContainerName(name.slice(0, mark)))
  return at === undefined ? { name, inner: undefined } : splitAt(name, at)
}

/** The same of whatever may be read from, names or not. */
export function splitReadable<T extends Readable | Descriptor>(
  from: T,
): { from: T | string; inner: string | undefined } {
  if (typeof from !== 'string' && !(from instanceof URL)) return { from, inner: undefined }
  const { name, inner } = splitName(placeName(from))
  return inner === undefined ? { from, inner } : { from: name, inner }
}

/** The whole name. */
export function joinName({ name, inner }: SplitName): string {
  return inner === undefined ? name : `${name}${MARK}${inner}`
}
