// Identifies the version of a file in the responses of a web server.

/** A younger file may change again within the second of its date, in ms. */
const SETTLED = 60_000
/** A strong ETag, in the form that is sent back to the server. */
const STRONG = /^"[\x21\x23-\x7e\x80-\xff]*"$/

/** What distinguishes one version of a file from another. */
export interface Version {
  etag: string | null
  modified: string | null
  /** Time of the response. */
  date: string | null
}

export function versionOf(headers: Headers): Version {
  return { etag: headers.get('etag'), modified: headers.get('last-modified'), date: headers.get('date') }
}

function isStrong(etag: string | null): etag is string {
  return etag !== null && STRONG.test(etag)
}

/**
 * The value for `If-Range`; undefined if nothing proves that bytes are identical: neither a weak ETag nor a
 * date less than a minute before the response does.
 */
export function rangeCondition({ etag, modified, date }: Version): string | undefined {
  if (isStrong(etag)) return etag
  if (modified === null || date === null) return undefined
  return Date.parse(date) - Date.parse(modified) >= SETTLED ? modified : undefined
}

/** Whether a response is from the same version, as far as it tells. A weak ETag alone does not. */
export function sameVersion(first: Version, now: Version): boolean {
  if (first.etag !== now.etag) return false
  return isStrong(first.etag) || first.modified === now.modified
}
