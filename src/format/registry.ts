// The containers that there are, a line each. Their traits are loaded at once, the rest on first use.

import { addRecogniser } from '../bytes/archives.js'
import { ALL_PARTS, type FindMutable, NO_PARTS } from '../bytes/mutable-parts.js'
import { usage } from '../core/errors.js'
import { BLOSC2 } from './blosc2/traits.js'
import { BLOSCPACK } from './bloscpack/traits.js'
import type { Container } from './container.js'
import type { ContainerTraits, Format } from './traits.js'

export type { ContainerTraits, Format }

/** A container and how to get at what it can do. */
interface Entry {
  traits: ContainerTraits
  load(): Promise<Container>
}

const ENTRIES: Entry[] = [
  { traits: BLOSCPACK, load: async () => (await import('./bloscpack/index.js')).container },
  { traits: BLOSC2, load: async () => (await import('./blosc2/index.js')).container },
]

for (const { traits } of ENTRIES) addRecogniser(traits)

/**
 * Adds a container of your own, which every verb then works on.
 * @throws BlpkError USAGE where its name, or that of one of its formats, is taken
 */
export function registerContainer(container: Container): void {
  const { name, formats: made, recognise: knows, open, pack } = container
  const isWhole = typeof name === 'string' && Array.isArray(made) && typeof knows === 'function'
  if (!isWhole || typeof open !== 'function' || typeof pack !== 'function')
    throw usage('a container needs { name, formats, recognise, open, pack }')
  const taken = (format: Format): boolean =>
    formats().some(({ id, extension }) => id === format.id || extension === format.extension)
  if (ENTRIES.some(({ traits }) => traits.name === container.name) || container.formats.some(taken))
    throw usage(`there is a container '${container.name}', or one that makes such files, already`)
  ENTRIES.push({ traits: container, load: async () => container })
  addRecogniser(container)
}

export function containers(): readonly ContainerTraits[] {
  return ENTRIES.map(({ traits }) => traits)
}

/** What is tried where nothing is recognised. */
export function fallback(): ContainerTraits {
  const [first] = ENTRIES
  if (first === undefined) throw usage('there is no container')
  return first.traits
}
/** What is written where nothing tells the kind. */
export const DEFAULT_FORMAT: Format = BLOSCPACK.formats[0] as Format

/** All kinds of files that can be made. */
export function formats(): readonly Format[] {
  return ENTRIES.flatMap(({ traits }) => traits.formats)
}

/** The container that a place holds, by its first bytes. */
export function recognise(front: Uint8Array): ContainerTraits | undefined {
  return ENTRIES.find(({ traits }) => traits.recognise(front))?.traits
}

/** The same by its last bytes, where the first ones are damaged. */
export function recogniseEnd(end: Uint8Array): ContainerTraits | undefined {
  return ENTRIES.find(({ traits }) => traits.recogniseEnd?.(end) === true)?.traits
}

/** The kind of file that a name stands for. */
export function formatByName(name: string): Format | undefined {
  return formats().find(({ extension }) => name.endsWith(extension))
}

/** The kind of file that `format` names. */
export function formatById(wanted: string): Format | undefined {
  return formats().find(({ id }) => id === wanted)
}

/** The container whose files a format names. */
export function containerOf(format: Format): ContainerTraits {
  const found = containers().find((traits) => traits.formats.includes(format))
  if (found === undefined) throw usage(`there is no container with the format '${format.id}'`)
  return found
}

/** The container with all that it can do. */
export function loadContainer(traits: ContainerTraits): Promise<Container> {
  const entry = ENTRIES.find((one) => one.traits === traits)
  if (entry === undefined) throw usage(`there is no container '${traits.name}'`)
  return entry.load()
}

/** What a change may alter in a place, whatever container it holds. */
export const findMutable: FindMutable = async (front) => {
  const traits = recognise(front)
  if (traits === undefined) return undefined
  const { mutable, change } = await loadContainer(traits)
  return mutable ?? (change === undefined ? NO_PARTS : ALL_PARTS)
}
