// Which version of a file a web server answers with.

/** Before this age a file may change once more within the second that its date names; in ms. */
const SETTLED = 60_000
/** A strong ETag as it must be written to go back to the server. */
const STRONG = /^"[\x21\x23-\x7e\x80-\xff]*"$/

/** What tells one version of a file from another. */
export interface Version {
  etag: string | null
  modified: string | null
  /** When the server answered. */
  date: string | null
}

export function versionOf(headers: Headers): Version {
  return { etag: headers.get('etag'), modified: headers.get('last-modified'), date: headers.get('date') }
}

function isStrong(etag: string | null): etag is string {
  return etag !== null && STRONG.test(etag)
}

/**
 * The value for `If-Range`; undefined where nothing proves that bytes are the same: neither a weak ETag does, nor a
 * date that was less than a minute ago when the server answered.
 */
export function rangeCondition({ etag, modified, date }: Version): string | undefined {
  if (isStrong(etag)) return etag
  if (modified === null || date === null) return undefined
  return Date.parse(date) - Date.parse(modified) >= SETTLED ? modified : undefined
}

/** Does an answer come from the same version, as far as it tells? A weak ETag alone does not. */
export function sameVersion(first: Version, now: Version): boolean {
  if (first.etag !== now.etag) return false
  return isStrong(first.etag) || first.modified === now.modified
}
