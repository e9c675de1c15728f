// An object store as a place.

import { unsupported } from '../core/errors.js'
import { storeError } from '../store/errors.js'
import type { ObjectStore } from '../store/object-store.js'
import type { PlaceSettings } from '../store/settings.js'
import type { StoredObject } from '../store/stored-object.js'
import type { Place, StorePlace } from './place.js'

/** The canonical name with its scheme; everything after it distinguishes objects. */
function withPlainScheme(name: string): string {
  return name.replace(/^[^:]*/, (scheme) => scheme.toLowerCase())
}

async function objectOf(place: StorePlace, name: string, settings: PlaceSettings): Promise<StoredObject> {
  const { StoredObject } = await import('../store/stored-object.js')
  return new StoredObject(await place.store(settings), withPlainScheme(name), settings)
}

/** The listing of a store, with errors converted. */
async function* listed<T>(
  place: StorePlace,
  prefix: string,
  settings: PlaceSettings,
  doing: string,
  list: (store: ObjectStore, prefix: string) => AsyncIterable<T> | undefined,
): AsyncGenerator<T> {
  const store = await place.store(settings)
  const name = withPlainScheme(prefix)
  const items = list(store, name)
  if (items === undefined) throw unsupported(`cannot ${doing} '${name}': its store cannot list them`)
  try {
    yield* items
  } catch (error) {
    throw store.failure?.(error, doing, name) ?? storeError(error, doing, name)
  }
}

/** Makes a place from a store. */
export function storePlace(place: StorePlace): Place {
  return {
    schemes: place.schemes,
    isUrl: place.isUrl ?? false,
    ...(place.flags !== undefined && { flags: place.flags }),
    identity: withPlainScheme,
    async source(name, settings) {
      const { openObject } = await import('../sources/object.js')
      return openObject(await objectOf(place, name, settings))
    },
    async sink(name, settings) {
      const { openObjectSink } = await import('../sinks/object.js')
      return openObjectSink(await objectOf(place, name, settings), settings.overwrite === true)
    },
    async change(name, settings) {
      const { changeObject } = await import('./changing-object.js')
      return changeObject(await objectOf(place, name, settings), settings.unsafeNoCas === true)
    },
    list: (prefix, settings) => listed(place, prefix, settings, 'list', (store, name) => store.list?.(name)),
    unfinished: (prefix, settings) =>
      listed(place, prefix, settings, 'list the uploads of', (store, name) => store.unfinished?.(name)),
  }
}
