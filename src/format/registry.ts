// The containers that there are, a line each. Their traits are loaded at once, the rest on first use.

import {
  addRecogniser,
  extensionsOf,
  type Recogniser,
  recogniserOf,
  recogniserOfFront,
  recogniserWithin,
} from '../bytes/archives.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { ALL_PARTS, type FindMutable, NO_PARTS } from '../bytes/mutable-parts.js'
import { usage } from '../core/errors.js'
import { BLOSC2 } from './blosc2/traits.js'
import { BLOSCPACK } from './bloscpack/traits.js'
import { type Container, type PackingContainer, packing } from './container.js'
import { HDF5 } from './hdf5/traits.js'
import type { ContainerTraits, Format } from './traits.js'

export type { ContainerTraits, Format }
export { extensionsOf }

/** A container and how to get at what it can do. */
interface Entry {
  traits: ContainerTraits
  load(): Promise<Container>
}

const ENTRIES: Entry[] = [
  { traits: BLOSCPACK, load: async () => (await import('./bloscpack/index.js')).container },
  { traits: BLOSC2, load: async () => (await import('./blosc2/index.js')).container },
  { traits: HDF5, load: async () => (await import('./hdf5/index.js')).container },
]

for (const { traits } of ENTRIES) addRecogniser(traits)

/** @throws BlpkError USAGE for what is not a container */
function checkContainer({ name, formats: kinds, recognise: knows, open, pack, onlyRead }: Container): void {
  const isWhole = typeof name === 'string' && Array.isArray(kinds) && typeof knows === 'function'
  if (!isWhole || typeof open !== 'function')
    throw usage('a container needs { name, formats, recognise, open }, and pack unless it is onlyRead')
  if ((typeof pack === 'function') === (onlyRead === true))
    throw usage(`the container '${name}' needs either pack, or onlyRead: true`)
}

/**
 * Adds a container of your own. Every function and command then works on its files.
 * @throws BlpkError USAGE if its name, or that of one of its formats, is taken
 */
export function registerContainer(container: Container): void {
  checkContainer(container)
  const taken = (format: Format): boolean =>
    formats().some(
      (one) => one.id === format.id || extensionsOf(one).some((end) => extensionsOf(format).includes(end)),
    )
  if (ENTRIES.some(({ traits }) => traits.name === container.name) || container.formats.some(taken))
    throw usage(`a container '${container.name}', or one for the same files, is already registered`)
  ENTRIES.push({ traits: container, load: async () => container })
  addRecogniser(container)
}

export function containers(): readonly ContainerTraits[] {
  return ENTRIES.map(({ traits }) => traits)
}

/** What is tried if nothing is recognised. */
export function fallback(): ContainerTraits {
  const [first] = ENTRIES
  if (first === undefined) throw usage('no container is registered')
  return first.traits
}

/** All kinds of files that can be read. */
export function formats(): readonly Format[] {
  return ENTRIES.flatMap(({ traits }) => traits.formats)
}

/** Those that can be made as well. */
export function writtenFormats(): readonly Format[] {
  return ENTRIES.flatMap(({ traits }) => (traits.onlyRead === true ? [] : traits.formats))
}

/** What is written if nothing tells the kind. */
export function defaultFormat(): Format {
  const [first] = writtenFormats()
  if (first === undefined) throw usage('there is no format')
  return first
}

function traitsOfRecogniser(found: Recogniser | undefined): ContainerTraits | undefined {
  return ENTRIES.find(({ traits }) => traits === found)?.traits
}

/** The container that a place holds, by its first bytes. */
export function recognise(front: Uint8Array): ContainerTraits | undefined {
  return traitsOfRecogniser(recogniserOfFront(front))
}

/** What a source holds, damaged or not; undefined if it is nothing known. */
export async function traitsOf(source: ByteSource): Promise<ContainerTraits | undefined> {
  return traitsOfRecogniser(await recogniserOf(source))
}

/** The kind of file that a name stands for. */
export function formatByName(name: string): Format | undefined {
  return formats().find((format) => extensionsOf(format).some((extension) => name.endsWith(extension)))
}

/** The kind of file that `format` names. */
export function formatById(wanted: string): Format | undefined {
  return formats().find(({ id }) => id === wanted)
}

/** The container whose files a format names. */
export function containerOf(format: Format): ContainerTraits {
  const found = containers().find((traits) => traits.formats.includes(format))
  if (found === undefined) throw usage(`no container has the format '${format.id}'`)
  return found
}

/** The container with all that it can do. */
export function loadContainer(traits: ContainerTraits): Promise<Container> {
  const entry = ENTRIES.find((one) => one.traits === traits)
  if (entry === undefined) throw usage(`there is no container '${traits.name}'`)
  return entry.load()
}

/** The container that makes files of a format. @throws BlpkError UNSUPPORTED for a format that is only read */
export async function packerOf(format: Format): Promise<PackingContainer> {
  return packing(await loadContainer(containerOf(format)), format)
}

/** Is it the name of a file that a container writes into a directory of its own? */
export function isPartOfDirectory(name: string): boolean {
  return containers().some(({ filesInDirectory }) => filesInDirectory?.test(name) === true)
}

/** What a change may alter in a place, whatever container it holds. */
export const findMutable: FindMutable = async (front, read) => {
  const traits = traitsOfRecogniser(await recogniserWithin(front, read))
  if (traits === undefined) return undefined
  const { mutable, change } = await loadContainer(traits)
  return mutable ?? (change === undefined ? NO_PARTS : ALL_PARTS)
}
