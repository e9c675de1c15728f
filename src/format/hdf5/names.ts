// Names inside HDF5 files: which object one leads to, and all that there are.

import type { ByteSource } from '../../bytes/byte-source.js'
import { type BlpkError, usage } from '../../core/errors.js'
import type { OpenPlace } from '../opened.js'
import type { DatasetSpec, ObjectSpec } from './model.js'
import { type H5File, openFile } from './structure/tree.js'

/** Datasets that a message names. */
const MOST_NAMED = 20

/** What is known of the files of open sources: a list of objects looks at each by itself. */
const files = new WeakMap<ByteSource, Promise<H5File>>()

/** The file in a source. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
export function fileIn(source: ByteSource): Promise<H5File> {
  const known = files.get(source)
  if (known !== undefined) return known
  const opening = openFile(source)
  files.set(source, opening)
  opening.catch(() => files.delete(source))
  return opening
}

/** Names of datasets that start with a prefix. */
async function datasetNames(file: H5File, prefix: string): Promise<string[]> {
  const names: string[] = []
  for await (const one of file.walk(prefix)) {
    if ('object' in one && one.object.kind === 'dataset') names.push(one.path)
    if (names.length > MOST_NAMED) break
  }
  return names
}

function listed(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ', …' : ''
  return names.slice(0, MOST_NAMED).join(', ') + more
}

/** The name of the only dataset; undefined if there is none, or more than one. */
export async function onlyName(file: H5File): Promise<string | undefined> {
  const [only, second] = await datasetNames(file, '/')
  return second === undefined ? only : undefined
}

/** @throws BlpkError USAGE if there is none, or more than one */
async function onlyDataset(file: H5File): Promise<string> {
  const names = await datasetNames(file, '/')
  const [only, second] = names
  const { name } = file.bytes.source
  if (only === undefined) throw usage(`'${name}' has no datasets`)
  if (second !== undefined)
    throw usage(`'${name}' has several datasets; name one of them behind '::': ${listed(names)}`)
  return only
}

/** An object of a file, and the name that leads to it. */
export interface NamedObject<O extends ObjectSpec = ObjectSpec> {
  file: H5File
  /** From the root, with a slash in front. */
  path: string
  spec: O
}

/** The object at a place. @throws BlpkError NOT_FOUND, DAMAGED, UNSUPPORTED, IO */
export async function objectAt({ source, inner }: OpenPlace): Promise<NamedObject> {
  const file = await fileIn(source)
  const { object: spec, path } = await file.resolve(inner ?? '/')
  return { file, path, spec }
}

function isDataset(found: NamedObject): found is NamedObject<DatasetSpec> {
  return found.spec.kind === 'dataset'
}

/** The dataset at a place: that with the inner name, or the only one. @throws BlpkError USAGE, NOT_FOUND, DAMAGED, … */
export async function datasetAt(place: OpenPlace): Promise<NamedObject<DatasetSpec>> {
  const file = await fileIn(place.source)
  const inner = place.inner ?? (await onlyDataset(file))
  const found = await objectAt({ ...place, inner })
  if (isDataset(found)) return found
  const { path } = found
  if (found.spec.kind === 'type') throw usage(`'${path}' is a datatype, not a dataset`)
  const names = await datasetNames(file, path)
  const what = names.length === 0 ? 'without datasets' : `with the datasets ${listed(names)}`
  throw usage(`'${path}' is a group ${what}`)
}

/**
 * The names of all groups and datasets that start with the inner name, or of the one that a soft link of this name
 * leads to. Where a group is damaged, those that can be read come first.
 * @throws BlpkError NOT_FOUND, DAMAGED, UNSUPPORTED, IO
 */
export async function* namesIn({ source, inner = '' }: OpenPlace): AsyncGenerator<string> {
  const prefix = inner.startsWith('/') ? inner : `/${inner}`
  const file = await fileIn(source)
  const groups = new Set(['/'])
  let problem: BlpkError | undefined
  let isFound = prefix === '/'
  for await (const visit of file.walk('/')) {
    const { path } = visit
    // A group comes a second time if its links cannot be read; whatever comes once says itself what is wrong.
    if ('error' in visit && groups.has(path)) problem ??= visit.error
    if (!path.startsWith(prefix) || groups.has(path)) continue
    if ('object' in visit && visit.object.kind === 'group') groups.add(path)
    isFound = true
    yield path
  }
  if (problem !== undefined) throw problem
  if (!isFound) yield (await file.resolve(prefix)).path
}
