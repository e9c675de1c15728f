// Which redirects are followed.

import { BlpkError } from '../core/errors.js'
import { scrubbed, shownUrl } from '../core/redact.js'

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
/** Maximum number of redirects for one request. */
export const MAX_REDIRECTS = 10

/** @throws BlpkError NETWORK if the address must not be followed */
function checkTarget(from: URL, to: URL, name: string): void {
  const refused = (why: string): BlpkError =>
    new BlpkError('NETWORK', `the server of '${name}' redirects to ${shownUrl(to.href)}: ${why}`, {
      path: name,
    })
  if (!/^https?:$/.test(to.protocol)) throw refused('only http and https are followed')
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refused('from https to http is not followed, because others could change the data on the way')
  if (to.username !== '' || to.password !== '') throw refused('a URL with credentials is not followed')
}

/**
 * The target of a redirect; undefined for other responses.
 * @param from the address that responded
 * @throws BlpkError NETWORK if it must not be followed
 */
export function redirectTarget(status: number, headers: Headers, from: URL, name: string): URL | undefined {
  const location = headers.get('location')
  if (!REDIRECTS.includes(status) || location === null) return undefined
  if (!URL.canParse(location, from.href)) {
    const message = `the server of '${name}' redirects to '${scrubbed(location)}', which is not a valid URL`
    throw new BlpkError('NETWORK', message, { path: name })
  }
  const to = new URL(location, from.href)
  checkTarget(from, to, name)
  return to
}

export function tooManyRedirects(name: string): BlpkError {
  const message = `the server of '${name}' redirects more than ${MAX_REDIRECTS} times`
  return new BlpkError('NETWORK', message, { path: name })
}
