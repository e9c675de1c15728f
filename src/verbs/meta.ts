// Reads and changes metadata by name, in any kind of container.

import { type PlaceName, placeName } from '../core/place-name.js'
import type { ReadOptions } from '../disk/read-archive.js'
import type { Metadata, MetadataEdit, MetadataOptions } from '../format/change.js'
import { findMutable } from '../format/registry.js'
import { changePlace } from '../places/change.js'
import type { PlaceSettings } from '../store/settings.js'
import { type ChangeVerbOptions, changeOf, changeTarget, checkRefusals } from './change-target.js'
import { containerAt, openPlace } from './open.js'

/** Options of reading metadata. */
export interface ReadMetadataOptions
  extends MetadataOptions,
    PlaceSettings,
    Omit<ReadOptions, 'frontOnly' | 'inner'>,
    Pick<ChangeVerbOptions, 'optionName'> {}

/** Options of changing metadata. */
export interface SetMetadataOptions extends MetadataOptions, ChangeVerbOptions {}

/**
 * Reads the metadata of a container.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, CHECKSUM, UNSUPPORTED
 * @example
 * ```ts
 * import { readMetadata, setMetadata } from 'blpk'
 *
 * await setMetadata('data.blp', { name: 'station', value: '{"id": 17}' })
 * const { id } = JSON.parse((await readMetadata('data.blp')).get('station').json())
 * ```
 */
export async function readMetadata(place: PlaceName, options: ReadMetadataOptions = {}): Promise<Metadata> {
  const at = await openPlace(place, { ...options, frontOnly: true })
  try {
    const change = await changeOf(await containerAt(at))
    checkRefusals(change.metadataRefuses, options)
    return await change.readMetadata(at, options)
  } finally {
    await at.source.close()
  }
}

/**
 * Sets or removes one entry of the metadata, in one step that is as safe as an append. See {@link readMetadata} for an example.
 * @returns the size of the value in bytes, if it is stored on its own
 * @throws BlpkError USAGE for names that are reserved or missing, NO_ROOM if the metadata do not fit and `grow` is not set;
 * otherwise as `append`
 */
export async function setMetadata(
  place: PlaceName,
  edit: MetadataEdit,
  options: SetMetadataOptions = {},
): Promise<number | undefined> {
  const { name, inner, change } = await changeTarget(placeName(place), options)
  checkRefusals(change.metadataRefuses, options)
  return changePlace(name, findMutable, options, (at) =>
    change.setMetadata({ source: at, inner }, edit, options),
  )
}
