// One request to a web server, with its redirects and its body.

import { usage } from '../core/errors.js'
import { shownUrl } from '../core/redact.js'
import { MAX_REDIRECTS, redirectTarget, tooManyRedirects } from '../net/redirect.js'
import { type NetSettings, TransientError } from '../net/retry.js'
import { Watchdog } from '../net/watchdog.js'
import { moreThanAnnounced, requestError } from './http-answer.js'

/** An address, and the login that its own server gets. */
export interface Target {
  url: URL
  name: string
  login: Record<string, string>
}

/** The head of an answer: its bytes are still to come. */
export interface HttpAnswer {
  response: Response
  watchdog: Watchdog
}

/** Logins stand in addresses percent-encoded, by whoever took the trouble. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** @throws BlpkError USAGE */
export function targetOf(address: string): Target {
  if (!URL.canParse(address)) throw usage(`'${shownUrl(address)}' is no address`)
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

/** One request, and where it is sent on to, that one. A login goes no further than to the server that it is for. */
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

/** Leaves the bytes of an answer alone. */
export async function drop({ response, watchdog }: HttpAnswer): Promise<void> {
  watchdog.end()
  await response.body?.cancel().catch(() => {})
}

/** The bytes of an answer; what breaks off is a TransientError. */
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
 * Takes the bytes of an answer that is to have as many as `into`.
 * @returns how many came before it ended or broke off, and the error that counts if they are too few
 * @throws BlpkError IO where more come
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
