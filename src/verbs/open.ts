// Opens containers of any kind, recognised by their bytes or by the file that makes a directory one.

import { join } from 'node:path'
import type { ByteSource } from '../bytes/byte-source.js'
import type { Closable } from '../core/dispose.js'
import { BlpkError, unsupported } from '../core/errors.js'
import { KNOWN_PEEK_BYTES } from '../core/known-files.js'
import type { PlaceName } from '../core/place-name.js'
import { lookAt } from '../disk/look.js'
import { accessOf } from '../disk/modes.js'
import { openSnapshot, type ReadOptions } from '../disk/read-archive.js'
import type { Container } from '../format/container.js'
import type { Opened, OpenOptions, OpenPlace } from '../format/opened.js'
import {
  containerOf,
  containers,
  fallback,
  findMutable,
  formatByName,
  loadContainer,
  traitsOf,
} from '../format/registry.js'
import type { ContainerTraits } from '../format/traits.js'
import type { Readable } from '../places/open.js'
import { schemeOf } from '../places/registry.js'
import { FileSource } from '../sources/file.js'
import { PeekedSource } from '../sources/peeked.js'
import { checkWithin } from '../sources/within.js'
import type { PlaceSettings } from '../store/settings.js'
import { joinName, type SplitName, splitReadable } from './inner-name.js'
import { type Descriptor, directoryOf, type Input, openArchiveInput, openInput } from './inputs.js'
import { refuseStore, refuseStoreDirectory } from './stores.js'

/** Where there is a container, and which one. */
export interface ContainerPlace extends OpenPlace, Input {
  readonly source: ByteSource
  /** Undefined if it is nothing that is known. */
  readonly traits: ContainerTraits | undefined
}

/** The container that a directory is, and the file in it that makes it one. */
function inDirectory(directory: string): { traits: ContainerTraits; file: string } | undefined {
  for (const traits of containers()) {
    const { fileInDirectory: file } = traits
    if (file !== undefined && lookAt(join(directory, file))?.isFile() === true) return { traits, file }
  }
  return undefined
}

/** The container that a directory is, if it is one. */
export function containerDirectory(name: string): ContainerTraits | undefined {
  const directory = directoryOf(name)
  return directory === undefined ? undefined : inDirectory(directory)?.traits
}

/** The same. @throws BlpkError UNSUPPORTED for a store of python-blosc2 */
async function traitsOrRefuse(source: ByteSource): Promise<ContainerTraits | undefined> {
  const traits = await traitsOf(source)
  if (traits === undefined && source.seekable) await refuseStore(source)
  return traits
}

/**
 * What a file, an object or an address holds; undefined too if it is none, or not there. Of those after a scheme the
 * name tells, if it does: their bytes cost a request.
 * @throws BlpkError UNSUPPORTED for a store of python-blosc2, IO, NETWORK, DENIED
 */
export async function traitsOfPlace(
  name: string,
  settings: PlaceSettings = {},
): Promise<ContainerTraits | undefined> {
  refuseStoreDirectory(name)
  if (schemeOf(name) === undefined) return traitsOfFile(name)
  const told = formatByName(name.toLowerCase())
  if (told !== undefined) return containerOf(told)
  const { source } = await openInput(name, settings)
  try {
    return await traitsOrRefuse(source)
  } finally {
    await source.close()
  }
}

async function traitsOfFile(path: string): Promise<ContainerTraits | undefined> {
  if (lookAt(path)?.isFile() !== true) return undefined
  const source = new FileSource(path)
  try {
    return await traitsOrRefuse(source)
  } finally {
    source.close()
  }
}

/** Whom a directory keeps out its files are closed to, whatever their own modes. */
function guardedBy(directory: string, file: string, { like }: Input): Pick<Input, 'like' | 'access'> {
  if (like === undefined) return { like }
  const access = accessOf(directory, file)
  const { atime, mtime } = like
  return { like: { ...access, atime, mtime }, access }
}

async function openDirectory(
  directory: string,
  { traits, file }: { traits: ContainerTraits; file: string },
  settings: PlaceSettings & ReadOptions,
): Promise<ContainerPlace> {
  checkWithin(directory, file)
  const input = await openArchiveInput(join(directory, file), settings)
  return { ...input, ...guardedBy(directory, file, input), traits, directory }
}

/** @throws BlpkError UNSUPPORTED for a name inside of what has none */
export function checkInner(traits: ContainerTraits | undefined, { name, inner }: SplitName): void {
  if (inner === undefined || traits?.namesInside === true) return
  const [format] = traits?.formats ?? []
  const why = format === undefined ? '' : `it is ${format.what}: `
  throw unsupported(`'${name}' contains no named parts; ${why}leave out '::${inner}'`, { path: name })
}

/**
 * Opens the place of a container, and tells by its bytes what it is; of a pipe they can be read again.
 * @param from names may go on inside a file, after `::`
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, INTERRUPTED; UNSUPPORTED for a store of python-blosc2, and for a name
 * inside of what has none
 */
export async function openPlace(
  from: Readable | Descriptor,
  settings: PlaceSettings & ReadOptions = {},
): Promise<ContainerPlace> {
  const { from: outer, inner } = splitReadable(from)
  // Awaited here too, so that traces lead to the caller.
  if (inner === undefined) return await openOuter(from, settings)
  try {
    return await openInside(outer, inner, settings)
  } catch (error) {
    const isWhole = typeof outer === 'string' && schemeOf(outer) !== undefined
    if (!isWhole || !(error instanceof BlpkError) || error.code !== 'NOT_FOUND') throw error
    // The `::` may be in the name of an object.
    return openOuter(from, settings).catch(() => Promise.reject(error))
  }
}

async function openInside(
  from: Readable | Descriptor,
  inner: string,
  settings: PlaceSettings & ReadOptions,
): Promise<ContainerPlace> {
  const place = await openOuter(from, { ...settings, inner })
  try {
    checkInner(place.traits, { name: nameOfPlace(place), inner })
    return { ...place, inner }
  } catch (error) {
    await place.source.close()
    throw error
  }
}

/** How messages call a place. */
export function nameOfPlace({ source, directory, inner }: OpenPlace): string {
  return joinName({ name: directory ?? source.name, inner })
}

async function openOuter(
  from: Readable | Descriptor,
  settings: PlaceSettings & ReadOptions,
): Promise<ContainerPlace> {
  const directory = directoryOf(from)
  const found = directory === undefined ? undefined : inDirectory(directory)
  if (directory !== undefined && found !== undefined) return openDirectory(directory, found, settings)
  if (directory !== undefined) refuseStoreDirectory(directory)
  const input = await openArchiveInput(from, settings)
  try {
    const { source: given } = input
    const source = given.seekable ? given : await PeekedSource.open(given, KNOWN_PEEK_BYTES)
    const traits = await traitsOf(source)
    if (traits === undefined) await refuseStore(source)
    return { ...input, source, traits }
  } catch (error) {
    await input.source.close()
    throw error
  }
}

/** The container of a place. What is nothing known is read as one anyway, which then says what is missing. */
export function containerAt({ traits }: Pick<ContainerPlace, 'traits'>): Promise<Container> {
  return loadContainer(traits ?? fallback())
}

/**
 * Opens a container for reading: a path or address, a directory, bytes, a stream. Close it when done.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function openContainer(
  from: Readable | Descriptor,
  options: OpenOptions & PlaceSettings & ReadOptions = {},
): Promise<Opened> {
  const place = await openPlace(from, options)
  try {
    return await (await containerAt(place)).open(place, options)
  } catch (error) {
    await place.source.close()
    throw error
  }
}

/**
 * Opens an archive or a frame in a file for reading, in the state that it has now: changes that others begin or
 * finish meanwhile do not show. What a writer that was killed left undone is rolled back, or read past where the file
 * cannot be written.
 * @param file a path, or a `file:` URL
 * @throws BlpkError NOT_FOUND, IO, INTERRUPTED; USAGE for a URL of another scheme
 */
export function openArchiveFile(file: PlaceName, options: ReadOptions = {}): Promise<ByteSource & Closable> {
  return openSnapshot(file, findMutable, options)
}
