// Lists the containers under a prefix, with what their fronts tell.

import { BlpkError, unsupported, usage } from '../core/errors.js'
import { type Head, unknownHead } from '../format/facts.js'
import { containerOf, formatByName, formats, traitsOf } from '../format/registry.js'
import { openSource } from '../places/open.js'
import { namesOf, placeOf } from '../places/registry.js'
import type { Listed } from '../store/object-store.js'
import type { PlaceSettings } from '../store/settings.js'
import { factsAt } from './info.js'
import { splitName } from './inner-name.js'
import { type ContainerPlace, containerAt, nameOfPlace, openPlace } from './open.js'

/** Fronts that are asked for at the same time. */
const AT_ONCE = 8

/** A container in the list; null if it does not tell. */
interface ListedContainer extends Head {
  /** Size of the container, in bytes. */
  cbytes: number | null
  typesize: number | null
  /** What it holds besides plain numbers, such as `lazyexpr`. */
  kind: string | null
}

/** A container in the list, and why it could not be looked at. */
export interface ListEntry {
  row: ListedContainer
  error?: BlpkError
}

export interface ListOptions extends PlaceSettings {
  /** Whatever its name is; otherwise only names that containers have. */
  anyName?: boolean
}

async function lookAt({ name, size }: Listed, settings: PlaceSettings): Promise<ListedContainer> {
  const source = await openSource(name, settings)
  try {
    const place = { source, traits: await traitsOf(source), identity: undefined, like: undefined }
    const { head, more } = await factsAt(place, { file: name, detail: 'front' })
    return { ...head, cbytes: size, typesize: null, kind: null, ...more }
  } finally {
    await source.close()
  }
}

async function entryOf(listed: Listed, settings: PlaceSettings): Promise<ListEntry> {
  try {
    return { row: await lookAt(listed, settings) }
  } catch (error) {
    if (settings.signal?.aborted === true || !(error instanceof BlpkError)) throw error
    const { name, size } = listed
    return { row: { ...unknownHead(name), cbytes: size, typesize: null, kind: null }, error }
  }
}

/** The same of what lies inside a container. */
async function entryInside(place: ContainerPlace, settings: PlaceSettings): Promise<ListEntry> {
  const file = nameOfPlace(place)
  try {
    const { head, more } = await factsAt(place, { file, detail: 'front' })
    return { row: { ...head, typesize: null, kind: null, ...more } }
  } catch (error) {
    if (settings.signal?.aborted === true || !(error instanceof BlpkError)) throw error
    return { row: { ...unknownHead(file), cbytes: null, typesize: null, kind: null }, error }
  }
}

async function* listInside(name: string, settings: PlaceSettings): AsyncGenerator<ListEntry> {
  const place = await openPlace(name, settings)
  try {
    const { names } = await containerAt(place)
    if (names === undefined)
      throw unsupported(`'${name}' has no named parts that could be listed`, { path: name })
    for await (const inner of names(place, {})) yield await entryInside({ ...place, inner }, settings)
  } finally {
    await place.source.close()
  }
}

/** Is it the name of a container with names inside, or one that goes on inside? @param anyName if the name does not matter */
function isInside(prefix: string, anyName = false): boolean {
  const { name, inner } = splitName(prefix)
  if (inner !== undefined) return true
  if (placeOf(name)?.list !== undefined) return false
  const format = formatByName(name.toLowerCase())
  return anyName || (format !== undefined && containerOf(format).namesInside === true)
}

/** Looks at several at a time, and gives them in the order of the list. */
async function* lookAtAll(all: readonly Listed[], settings: PlaceSettings): AsyncGenerator<ListEntry> {
  const waiting: Promise<ListEntry>[] = []
  for (const one of all) {
    const found = entryOf(one, settings)
    found.catch(() => {})
    waiting.push(found)
    const head = waiting.length < AT_ONCE ? undefined : waiting.shift()
    if (head !== undefined) yield await head
  }
  for (const found of waiting) yield await found
}

/** What can be listed, besides the contents of a store: `.h5`. */
function namesInside(): string[] {
  return formats()
    .filter((format) => containerOf(format).namesInside === true)
    .map(({ extension }) => extension)
}

/** @throws BlpkError USAGE for a prefix if nothing can be listed */
export function checkListable(prefix: string, { anyName }: Pick<ListOptions, 'anyName'> = {}): void {
  if (placeOf(prefix)?.list !== undefined || isInside(prefix, anyName)) return
  const files = namesInside()
  throw usage(
    [
      `'${prefix}' is not ${namesOf('list', 'bucket/prefix').join(' or ')}`,
      ...(files.length === 0 ? [] : [`, and not named ${files.join(' or ')}`]),
      `: ls lists the contents of a store${files.length === 0 ? '' : ', or of such a file'}`,
    ].join(''),
  )
}

/**
 * The containers whose names start with a prefix, such as `s3://bucket/run-7/`, or what has a name inside of one, such as
 * `data.h5` or `data.h5::/entry/`. The whole list is asked for before anything
 * in it is looked at: a store that has no end of it is found out by the list alone.
 * @throws BlpkError USAGE, NOT_FOUND, DENIED, NETWORK; what is wrong with one of them stands in its entry
 */
export async function* list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListEntry> {
  checkListable(prefix, options)
  if (isInside(prefix, options.anyName)) {
    yield* listInside(prefix, options)
    return
  }
  const all: Listed[] = []
  for await (const one of placeOf(prefix)?.list?.(prefix, options) ?? [])
    if (options.anyName === true || formatByName(one.name) !== undefined) all.push(one)
  yield* lookAtAll(all, options)
}
