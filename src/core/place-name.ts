// Names of places, and URLs as names.

import { fileURLToPath } from 'node:url'
import { usage } from './errors.js'

/** A path or address: `s3://bucket/key`, `https://…`, or a URL of one of these schemes or `file:`. */
export type PlaceName = string | URL

/** Schemes of URLs that name places, and whether their names are URLs themselves. */
const schemes = new Map<string, boolean>()

/**
 * Allows URLs of a scheme as names of places.
 * @param isUrl whether names are URLs too; otherwise percent-encoding is decoded
 */
export function acceptUrls(scheme: string, isUrl: boolean): void {
  schemes.set(`${scheme}:`, isUrl)
}

/** Keys are percent-encoded in URLs, but not in names. */
function keyOf({ pathname, search, hash }: URL): string {
  try {
    return decodeURIComponent(pathname + search + hash)
  } catch {
    throw usage('the URL of an object has an invalid % escape')
  }
}

/** The canonical name of a place. @throws BlpkError USAGE for anything but a string or a supported URL */
export function placeName(place: PlaceName): string {
  if (typeof place === 'string') return place
  if (!(place instanceof URL)) throw usage('a place must be a string or a URL')
  if (place.protocol === 'file:') return fileURLToPath(place)
  switch (schemes.get(place.protocol)) {
    case true:
      return place.href
    case false:
      return `${place.protocol}//${place.host}${keyOf(place)}`
    default:
      throw usage(`cannot open a URL of the scheme '${place.protocol}'`)
  }
}
