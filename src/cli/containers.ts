import type { ByteSource } from '../bytes/byte-source.js'
import type { ReadOptions } from '../disk/read-archive.js'
import { type ContainerPlace, containerDirectory, openPlace, traitsOf, traitsOfPlace } from '../verbs/open.js'
import { type Context, placeSettings } from './context.js'
import { isDash } from './dash.js'
import { archivePlace, archiveSettings } from './inputs.js'

/** An archive, frame or array that was opened. */
export interface ContainerInput extends ContainerPlace {
  /** Is it a Blosc2 frame? Otherwise it is a Bloscpack archive, or nothing that is known. */
  isFrame: boolean
}

/** Is it the directory of a sparse frame? */
export function isSparseFrame(argument: string): boolean {
  return !isDash(argument) && containerDirectory(argument) !== undefined
}

type Kind = 'bloscpack' | 'frame' | undefined

function kindIn(traits: ContainerPlace['traits']): Kind {
  return traits?.name === 'blosc2' ? 'frame' : traits && 'bloscpack'
}

/** What kind of container a source holds, damaged or not; undefined where it is nothing known. */
export async function kindOf(source: ByteSource): Promise<Kind> {
  return kindIn(await traitsOf(source))
}

/** The same of a file, an object or an address. Of those the name tells, where it does: its bytes cost a request. */
export async function kindOfPlace(name: string, context: Context): Promise<Kind> {
  return kindIn(await traitsOfPlace(name, placeSettings(context)))
}

/**
 * Opens a container, and tells by its bytes what it is.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK; USAGE for a terminal
 */
export async function openContainer(
  argument: string,
  context: Context,
  options: ReadOptions = {},
): Promise<ContainerInput> {
  const place = await openPlace(archivePlace(argument), archiveSettings(context, options))
  return { ...place, isFrame: kindIn(place.traits) === 'frame' }
}
