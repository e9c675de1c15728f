// Names of places, and the URLs that may stand for them.

import { fileURLToPath } from 'node:url'
import { usage } from './errors.js'

/** A path or address: `s3://bucket/key`, `https://…`, or a URL of one of these schemes or `file:`. */
export type PlaceName = string | URL

/** Schemes of URLs that name places, and whether the names themselves are URLs. */
const schemes = new Map<string, boolean>()

/**
 * Lets URLs of a scheme name places.
 * @param isUrl are names URLs too? Otherwise what is percent-encoded in a URL stands in the name as it is
 */
export function acceptUrls(scheme: string, isUrl: boolean): void {
  schemes.set(`${scheme}:`, isUrl)
}

/** Keys stand in URLs percent-encoded, in names as they are. */
function keyOf({ pathname, search, hash }: URL): string {
  try {
    return decodeURIComponent(pathname + search + hash)
  } catch {
    throw usage('the URL of an object has a % that encodes nothing')
  }
}

/** The name by which a place is known here. @throws BlpkError USAGE for anything but a string or such a URL */
export function placeName(place: PlaceName): string {
  if (typeof place === 'string') return place
  if (!(place instanceof URL)) throw usage('a place is named by a string or a URL')
  if (place.protocol === 'file:') return fileURLToPath(place)
  switch (schemes.get(place.protocol)) {
    case true:
      return place.href
    case false:
      return `${place.protocol}//${place.host}${keyOf(place)}`
    default:
      throw usage(`nothing can be opened at a URL of the scheme '${place.protocol}'`)
  }
}
