// The registry of places, by the scheme of their names.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import type { VersionedEditable } from '../bytes/editable.js'
import { usage } from '../core/errors.js'
import { withPackage } from '../core/optional-package.js'
import { acceptUrls } from '../core/place-name.js'
import { S3_FLAGS } from '../store/s3/settings.js'
import type { ChangeSettings, PlaceSettings, SinkSettings } from '../store/settings.js'
import { HTTP } from './http.js'
import type { Place, PlaceFlag, StorePlace } from './place.js'
import { storePlace } from './store-place.js'

const PLACES: readonly (Place | StorePlace)[] = [
  HTTP,
  {
    schemes: ['s3'],
    flags: S3_FLAGS,
    store: async (o) => {
      const load = () => import('../store/s3/store.js')
      const { S3Store } = await withPackage('@aws-sdk/client-s3', 's3:// names', load)
      return new S3Store(o)
    },
  },
]

const known = new Map<string, Place>()

function add(added: Place | StorePlace): void {
  const place = 'store' in added ? storePlace(added) : added
  for (const scheme of place.schemes) {
    known.set(scheme, place)
    acceptUrls(scheme, place.isUrl === true)
  }
}

for (const place of PLACES) add(place)

/**
 * Adds a place of your own: names with its schemes then work in every function that takes names.
 * @param place a place, or an object store, from which everything that a place does is made
 * @throws BlpkError USAGE for a scheme that is malformed or taken
 * @example
 * ```ts
 * import { MemorySource, open, registerPlace } from 'blpk'
 *
 * const objects = new Map<string, Uint8Array>()
 * registerPlace({
 *   schemes: ['mem'],
 *   identity: (name) => name,
 *   source: async (name) => new MemorySource(objects.get(name) ?? new Uint8Array(0), name),
 * })
 * const data = await open('mem://box/data.blp')
 * ```
 */
export function registerPlace(place: Place | StorePlace): void {
  if (!('store' in place) && typeof place.source !== 'function')
    throw usage("a place needs 'schemes', and 'store' or 'source'")
  for (const scheme of place.schemes) {
    if (!/^[a-z][a-z0-9+.-]*$/.test(scheme) || scheme === 'file')
      throw usage(
        `'${scheme}' cannot be the scheme of a place: use lowercase letters and digits, such as 'mem'`,
      )
    if (known.has(scheme)) throw usage(`the scheme '${scheme}://' is already registered`)
  }
  add(place)
}

function all(): Place[] {
  return [...new Set(known.values())]
}

/** The options of all places. */
export function placeFlags(): readonly PlaceFlag[] {
  return all().flatMap(({ flags = [] }) => flags)
}

/** What names look like where something can be done, a name each: `s3://bucket/key`. @param rest after the `://` */
export function namesOf(can: 'sink' | 'change' | 'list' | 'unfinished', rest: string): string[] {
  return all().flatMap((place) => (place[can] === undefined ? [] : `${place.schemes[0]}://${rest}`))
}

/** The registered scheme of a name, such as `s3`; undefined for a path. */
export function schemeOf(name: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(name)?.[1]?.toLowerCase()
  return scheme !== undefined && known.has(scheme) ? scheme : undefined
}

/** The place of a name with a scheme; undefined for a path. */
export function placeOf(name: string): Place | undefined {
  const scheme = schemeOf(name)
  return scheme === undefined ? undefined : known.get(scheme)
}

function onlyRead(place: Place): never {
  const why = place.onlyRead ?? `cannot write to places of the scheme '${place.schemes[0]}'`
  throw usage(`${why}: name a file, or an ${namesOf('sink', '').join(' or ')} object`)
}

/** A source for a name with a scheme; undefined for a path. @throws BlpkError */
export async function openRemoteSource(
  name: string,
  settings: PlaceSettings = {},
): Promise<ByteSource | undefined> {
  return placeOf(name)?.source(name, settings)
}

/** A sink for a name with a scheme; undefined for a path. @throws BlpkError */
export async function openRemoteSink(
  name: string,
  settings: SinkSettings = {},
): Promise<ByteSink | undefined> {
  const place = placeOf(name)
  return place === undefined ? undefined : (place.sink?.(name, settings) ?? onlyRead(place))
}

/** @throws BlpkError USAGE if the place of this name is read-only */
export function checkChangeable(name: string): void {
  remoteOpener(name, {})
}

/**
 * What opens the place of a name with a scheme for a change, as often as it is called; undefined for a path.
 * @throws BlpkError USAGE if nothing can be changed there
 */
export function remoteOpener(
  name: string,
  settings: ChangeSettings,
): (() => Promise<VersionedEditable>) | undefined {
  const place = placeOf(name)
  if (place === undefined) return undefined
  if (place.change === undefined) onlyRead(place)
  return async () => (place.change ?? onlyRead(place))(name, settings)
}
