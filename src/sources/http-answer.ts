import { BlpkError, unsupported } from '../errors.js'
import { scrubbed } from '../net/redact.js'
import { TransientError } from '../net/retry.js'

/** The stretch that an answer has, out of how many bytes. */
export interface ContentRange {
  start: number
  stop: number
  size: number
}

const CONTENT_RANGE = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/i
const BUSY: readonly number[] = [408, 425, 429]
const NEVER_BETTER: readonly number[] = [501, 505]
/** Names and certificates do not get right by waiting. */
const FINAL = /^(ENOTFOUND|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL|ERR_INVALID|HPE_)/

/** @returns undefined where the header is missing or makes no sense */
export function parseContentRange(text: string | null): ContentRange | undefined {
  const found = CONTENT_RANGE.exec(text?.trim() ?? '')
  if (found === null) return undefined
  const [start, last, size] = [Number(found[1]), Number(found[2]), Number(found[3])]
  const sound = Number.isSafeInteger(size) && start <= last && last < size
  return sound ? { start, stop: last + 1, size } : undefined
}

/** What tells one version of a file from another. */
export interface Version {
  etag: string | null
  modified: string | null
}

export function versionOf(headers: Headers): Version {
  return { etag: headers.get('etag'), modified: headers.get('last-modified') }
}

/** The value for `If-Range`: a weak ETag must not stand there. */
export function rangeCondition({ etag, modified }: Version): string | undefined {
  return etag !== null && !etag.startsWith('W/') ? etag : (modified ?? undefined)
}

/** Does an answer come from the same version, as far as it tells? */
export function sameVersion(first: Version, now: Version): boolean {
  if (first.etag !== null || now.etag !== null) return first.etag === now.etag
  return first.modified === now.modified
}

export function changedOnServer(name: string): BlpkError {
  const message = `'${name}' was changed on the server while it was read: start again`
  return new BlpkError('CHANGED', message, { path: name })
}

/** @throws BlpkError UNSUPPORTED for bytes that are not those of the file */
export function checkEncoding(headers: Headers, name: string): void {
  const encoding = headers.get('content-encoding')
  if (encoding === null || encoding.toLowerCase() === 'identity') return
  throw unsupported(`the server sends '${name}' in another form (Content-Encoding: ${scrubbed(encoding)})`, {
    path: name,
  })
}

function pauseOf(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

/** The error for an answer that is no success. */
export function statusError(status: number, headers: Headers, name: string): BlpkError {
  const failed = `cannot read '${name}': the server answers ${status}`
  const place = { path: name }
  if (BUSY.includes(status) || (status >= 500 && !NEVER_BETTER.includes(status)))
    return new TransientError(failed, place, pauseOf(headers))
  if (status === 404 || status === 410)
    return new BlpkError('NOT_FOUND', `${failed}: there is no such file`, place)
  if (status === 401 || status === 403)
    return new BlpkError('DENIED', `${failed}: access denied (has a signed address run out?)`, place)
  return new BlpkError('IO', failed, place)
}

/** The error for a request without an answer, or one that broke off. */
export function requestError(error: unknown, name: string): unknown {
  if (error instanceof BlpkError || !(error instanceof Error)) return error
  const cause = error.cause instanceof Error ? error.cause : error
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  const message = `cannot read '${name}': ${scrubbed(code === '' ? cause.message : `${cause.message} (${code})`)}`
  if (FINAL.test(code)) return new BlpkError('NETWORK', message, { path: name })
  return new TransientError(message, { path: name })
}
