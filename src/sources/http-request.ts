// A request to a web server, with redirects and the response body.

import { usage } from '../core/errors.js'
import { shownUrl } from '../core/redact.js'
import { MAX_REDIRECTS, redirectTarget, tooManyRedirects } from '../net/redirect.js'
import { type NetSettings, TransientError } from '../net/retry.js'
import { Watchdog } from '../net/watchdog.js'
import { moreThanAnnounced, requestError } from './http-answer.js'

/** A URL, and the credentials for its own server. */
export interface Target {
  url: URL
  name: string
  login: Record<string, string>
}

/** The head of a response; the body is still to come. */
export interface HttpAnswer {
  response: Response
  watchdog: Watchdog
}

/** Credentials in URLs should be percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** @throws BlpkError USAGE */
export function targetOf(address: string): Target {
  if (!URL.canParse(address)) throw usage(`'${shownUrl(address)}' is not a valid URL`)
  const url = new URL(address)
  const login: Record<string, string> = {}
  if (url.username !== '' || url.password !== '') {
    const text = `${decoded(url.username)}:${decoded(url.password)}`
    login.authorization = `Basic ${Buffer.from(text).toString('base64')}`
  }
  url.username = ''
  url.password = ''
  return { url, name: shownUrl(address), login }
}

/** Sends a request and follows redirects. Credentials are only sent to their own server. */
async function follow(
  target: Target,
  headers: Record<string, string>,
  watchdog: Watchdog,
): Promise<Response> {
  let { url, login } = target
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(url, {
      headers: { ...headers, ...login },
      redirect: 'manual',
      signal: watchdog.signal,
    })
    watchdog.touch()
    const next = redirectTarget(response.status, response.headers, url, target.name)
    if (next === undefined) return response
    await response.body?.cancel().catch(() => {})
    if (next.origin !== url.origin) login = {}
    url = next
  }
  throw tooManyRedirects(target.name)
}

/** Sends a request. @throws TransientError, BlpkError NETWORK, INTERRUPTED */
export async function ask(
  target: Target,
  headers: Record<string, string>,
  net: NetSettings,
): Promise<HttpAnswer> {
  const watchdog = new Watchdog(target.name, net)
  try {
    return { response: await follow(target, headers, watchdog), watchdog }
  } catch (error) {
    watchdog.end()
    throw requestError(watchdog.reason(error), target.name)
  }
}

/** Discards the body of a response. */
export async function drop({ response, watchdog }: HttpAnswer): Promise<void> {
  watchdog.end()
  await response.body?.cancel().catch(() => {})
}

/** The body of a response; interruptions become a TransientError. */
export async function* bytesOf({ response, watchdog }: HttpAnswer, name: string): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done || value === undefined) return
      watchdog.touch()
      yield value
    }
  } catch (error) {
    throw requestError(watchdog.reason(error), name)
  } finally {
    watchdog.end()
    await reader?.cancel().catch(() => {})
  }
}

/**
 * Reads a body that should have as many bytes as `into`.
 * @returns the number of bytes before it ended or broke off, and the error to report if they are too few
 * @throws BlpkError IO if there are more
 */
export async function take(answer: HttpAnswer, name: string, into: Uint8Array): Promise<[number, unknown]> {
  let done = 0
  try {
    for await (const piece of bytesOf(answer, name)) {
      if (piece.length > into.length - done) throw moreThanAnnounced(name)
      into.set(piece, done)
      done += piece.length
    }
    return [done, new TransientError(`'${name}' ended too early`, { path: name })]
  } catch (error) {
    if (!(error instanceof TransientError)) throw error
    return [done, error]
  }
}
