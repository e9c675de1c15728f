// Checks responses of web servers against the requests.

import { BlpkError, unsupported } from '../core/errors.js'
import { scrubbed } from '../core/redact.js'
import { type ContentRange, parseContentRange } from '../net/content-range.js'
import { TransientError } from '../net/retry.js'

const BUSY: readonly number[] = [408, 425, 429]
const NEVER_BETTER: readonly number[] = [501, 505]
/** Wrong host names and certificates are permanent errors. */
const FINAL =
  /^(ENOTFOUND|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL|ERR_INVALID|HPE_|UND_ERR_HEADERS_OVERFLOW)/

/** The range of a 206 response; undefined if it is missing, or there are several. */
export function rangeOf(headers: Headers): ContentRange | undefined {
  const isMultipart = /^\s*multipart\//i.test(headers.get('content-type') ?? '')
  return isMultipart ? undefined : parseContentRange(headers.get('content-range'))
}

/** Length of the body in bytes; undefined if the response does not tell. */
export function lengthOf(headers: Headers): number | undefined {
  const length = headers.get('content-length') ?? ''
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined
}

/**
 * Checks that a response has the requested range, or a shorter one with the same start.
 * @throws BlpkError IO
 */
export function checkRange(
  range: ContentRange | undefined,
  headers: Headers,
  [start, stop]: readonly [start: number, stop: number],
  name: string,
): asserts range is ContentRange {
  if (range === undefined || range.start !== start || range.stop > stop)
    throw new BlpkError('IO', `the server of '${name}' returned a different range than requested`, {
      path: name,
    })
  // A shorter range is continued where it ends.
  if ((lengthOf(headers) ?? 0) > range.stop - range.start) throw moreThanAnnounced(name)
}

export function moreThanAnnounced(name: string): BlpkError {
  return new BlpkError('IO', `the server of '${name}' sent more bytes than announced`, { path: name })
}

export function changedOnServer(name: string): BlpkError {
  const message = `'${name}' was changed on the server while it was read: start again`
  return new BlpkError('CHANGED', message, { path: name })
}

/** @throws BlpkError UNSUPPORTED for encoded bytes */
export function checkEncoding(headers: Headers, name: string): void {
  for (const [header, plain] of [
    ['Content-Encoding', /^(identity)?$/i],
    ['Transfer-Encoding', /^(chunked|identity)?$/i],
  ] as const) {
    const encoding = headers.get(header)?.trim() ?? ''
    if (plain.test(encoding)) continue
    throw unsupported(`the server sent '${name}' encoded (${header}: ${scrubbed(encoding)})`, {
      path: name,
    })
  }
}

function pauseOf(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

/** The error for an unsuccessful response. */
export function statusError(status: number, headers: Headers, name: string): BlpkError {
  const failed = `cannot read '${name}': the server returned HTTP ${status}`
  const place = { path: name }
  if (BUSY.includes(status) || (status >= 500 && !NEVER_BETTER.includes(status)))
    return new TransientError(failed, place, pauseOf(headers))
  if (status === 404 || status === 410) return new BlpkError('NOT_FOUND', `${failed}: no such file`, place)
  if (status === 401 || status === 403)
    return new BlpkError('DENIED', `${failed}: access denied (has a signed URL expired?)`, place)
  return new BlpkError('IO', failed, place)
}

/** The error for a request without a complete response. */
export function requestError(error: unknown, name: string): unknown {
  if (error instanceof BlpkError || !(error instanceof Error)) return error
  const cause = error.cause instanceof Error ? error.cause : error
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  const message = `cannot read '${name}': ${scrubbed(code === '' ? cause.message : `${cause.message} (${code})`)}`
  if (FINAL.test(code)) return new BlpkError('NETWORK', message, { path: name })
  return new TransientError(message, { path: name })
}
