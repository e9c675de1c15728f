// Converts errors of the SDK.

import { BlpkError } from '../../core/errors.js'
import { scrubbed } from '../../core/redact.js'
import { TransientError } from '../../net/retry.js'

/** The fields of SDK errors that are used. */
interface SdkError {
  name?: string
  message?: string
  code?: string
  $metadata?: { httpStatusCode?: number; requestId?: string }
}

const MISSING: readonly string[] = ['NoSuchKey', 'NotFound', 'NoSuchVersion']
const DENIED: readonly string[] = ['AccessDenied', 'Forbidden', 'InvalidAccessKeyId', 'SignatureDoesNotMatch']
const EXPIRED: readonly string[] = ['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired', 'RequestExpired']
const BUSY: readonly string[] = [
  'SlowDown',
  'RequestTimeout',
  'InternalError',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestTimeTooSkewed',
  'BadDigest',
]
/** Connection failures, by the names of Node and the SDK. */
const BROKEN = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE|UND_ERR)/
const BROKEN_NAMES: readonly string[] = ['TimeoutError', 'NetworkingError', 'AbortError', 'IncompleteBody']
const ABSENT = /socket hang up|aborted|Premature close|premature|Parse Error|stream/i

/** The short name of an error, from the store or the SDK. */
export function s3Code(error: unknown): string {
  return (error as SdkError).name ?? ''
}

export function statusOf(error: unknown): number | undefined {
  return (error as SdkError).$metadata?.httpStatusCode
}

export function isMissing(error: unknown): boolean {
  return MISSING.includes(s3Code(error)) || (statusOf(error) === 404 && s3Code(error) !== 'NoSuchBucket')
}

/** Whether the connection failed, so that the outcome is unknown. */
function isBroken(error: SdkError): boolean {
  if (BROKEN.test(error.code ?? '') || BROKEN_NAMES.includes(error.name ?? '')) return true
  return statusOf(error) === undefined && ABSENT.test(error.message ?? '')
}

function isBusy(error: SdkError): boolean {
  const status = statusOf(error) ?? 0
  return BUSY.includes(error.name ?? '') || status === 429 || (status >= 500 && status !== 501)
}

/** A condition that does not hold: 412, or 409 during a concurrent write. */
export function isRefused(error: unknown): boolean {
  const status = statusOf(error)
  return status === 412 || s3Code(error) === 'PreconditionFailed' || status === 409
}

/** Whether the store says that it does not support conditions, or not this kind. */
export function s3KnowsNoConditions(error: unknown): boolean {
  return statusOf(error) === 501 || s3Code(error) === 'NotImplemented'
}

/** The message of the store or SDK, on one line and without secrets. */
function reasonOf(error: SdkError): string {
  const status = statusOf(error)
  const name = error.name ?? 'Error'
  // A 200 response may carry an error; show the status only otherwise.
  const code = status === undefined || status < 300 ? name : `${name}, HTTP ${status}`
  const said = scrubbed(error.message ?? '').trim()
  if (said === '' || said === name || said === 'UnknownError') return code
  return code === 'Error' ? said : `${said.replace(/\.$/, '')} (${code})`
}

/**
 * Converts an SDK error to a BlpkError. The original is dropped because it holds the whole request.
 * @param doing the action, such as `read`
 */
export function s3Error(error: unknown, doing: string, name: string): BlpkError {
  if (error instanceof BlpkError) return error
  const sdk = error as SdkError
  const failed = `cannot ${doing} '${name}': `
  const place = { path: name }
  if (isBroken(sdk) || isBusy(sdk)) return new TransientError(failed + reasonOf(sdk), place)
  const code = s3Code(error)
  if (code === 'NoSuchBucket') return new BlpkError('NOT_FOUND', `${failed}no such bucket`, place)
  if (code === 'NoSuchUpload')
    return new BlpkError('IO', `${failed}the upload was aborted by another process meanwhile`, place)
  if (isMissing(error)) return new BlpkError('NOT_FOUND', `${failed}no such object`, place)
  if (EXPIRED.includes(code))
    return new BlpkError('DENIED', `${failed}the credentials have expired: sign in again (${code})`, place)
  if (DENIED.includes(code) || statusOf(error) === 403 || statusOf(error) === 401) {
    return new BlpkError(
      'DENIED',
      `${failed}access denied (${code}): check credentials and permissions`,
      place,
    )
  }
  if (code === 'CredentialsProviderError') {
    const hint = 'no credentials were found (set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE)'
    return new BlpkError('DENIED', failed + hint, place)
  }
  if (/region is missing/i.test(sdk.message ?? ''))
    return new BlpkError('USAGE', `${failed}no region is set (set AWS_REGION)`, place, error, {
      option: 's3Endpoint',
    })
  return new BlpkError('IO', failed + reasonOf(sdk), place)
}
