import { BlpkError, usage } from '../errors.js'
import { follower } from '../net/follow.js'
import { shownUrl } from '../net/redact.js'
import { filling, interruptedError, type NetSettings, retrying, TransientError } from '../net/retry.js'
import { Watchdog } from '../net/watchdog.js'
import type { ByteSource } from './byte-source.js'
import {
  type ContentRange,
  changedOnServer,
  checkEncoding,
  parseContentRange,
  rangeCondition,
  requestError,
  sameVersion,
  statusError,
  type Version,
  versionOf,
} from './http-answer.js'
import { FIRST_BYTES, type RangedPlace, RangedSource } from './ranged.js'
import { StreamSource } from './stream.js'

const PARTIAL = 206
const NOT_SATISFIABLE = 416
/** What is packed already must not be packed on the way; with ranges fetch asks for that by itself. */
const AS_IT_IS = { 'accept-encoding': 'identity' }

/** An address, and what goes with every request for it. */
interface Target {
  url: URL
  name: string
  headers: Record<string, string>
}

/** Everything about one answer: its bytes are still to come. */
interface Answer {
  response: Response
  watchdog: Watchdog
}

function targetOf(address: string): Target {
  if (!URL.canParse(address)) throw usage(`'${shownUrl(address)}' is no address`)
  const url = new URL(address)
  const headers: Record<string, string> = {}
  if (url.username !== '' || url.password !== '') {
    const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers.authorization = `Basic ${Buffer.from(login).toString('base64')}`
  }
  url.username = ''
  url.password = ''
  return { url, name: shownUrl(address), headers }
}

async function ask(target: Target, headers: Record<string, string>, net: NetSettings): Promise<Answer> {
  const watchdog = new Watchdog(target.name, net)
  try {
    const response = await fetch(target.url, {
      headers: { ...target.headers, ...headers },
      signal: watchdog.signal,
    })
    return { response, watchdog }
  } catch (error) {
    watchdog.end()
    throw requestError(watchdog.reason(error), target.name)
  }
}

async function drop({ response, watchdog }: Answer): Promise<void> {
  watchdog.end()
  await response.body?.cancel().catch(() => {})
}

/** The bytes of an answer; what breaks off is a TransientError. */
async function* bytesOf({ response, watchdog }: Answer, name: string): AsyncGenerator<Uint8Array> {
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

function rangeHeader(start: number, stop: number): Record<string, string> {
  return { range: `bytes=${start}-${stop - 1}` }
}

/** Takes bytes of an answer into `into`. @returns how many came before it ended or broke off */
async function take(answer: Answer, name: string, into: Uint8Array): Promise<[number, unknown]> {
  let done = 0
  try {
    for await (const piece of bytesOf(answer, name)) {
      const part = piece.subarray(0, into.length - done)
      into.set(part, done)
      done += part.length
      if (done === into.length) break
    }
    return [done, new TransientError(`'${name}' ended too early`, { path: name })]
  } catch (error) {
    return [done, error]
  }
}

/** A file on a server that answers ranges. */
class HttpPlace implements RangedPlace {
  readonly name: string
  readonly size: number
  readonly front: Uint8Array
  readonly #target: Target
  readonly #net: NetSettings
  readonly #version: Version
  readonly #closing: AbortController

  constructor(target: Target, net: NetSettings, version: Version, size: number, front: Uint8Array) {
    this.name = target.name
    this.#target = target
    this.#version = version
    this.size = size
    this.front = front
    this.#closing = follower(net.signal)
    this.#net = { ...net, signal: this.#closing.signal }
  }

  async fetch(start: number, into: Uint8Array): Promise<void> {
    await filling(this.#net, into, async (done) => {
      const answer = await this.#ask(start + done, start + into.length)
      return take(answer, this.name, into.subarray(done))
    })
  }

  /** Asks for a range of the version that was opened. */
  async #ask(start: number, stop: number): Promise<Answer> {
    const condition = rangeCondition(this.#version)
    const headers = { ...rangeHeader(start, stop), ...(condition !== undefined && { 'if-range': condition }) }
    const answer = await ask(this.#target, headers, this.#net)
    const error = this.#fault(answer.response, start, stop)
    if (error === undefined) return answer
    await drop(answer)
    throw error
  }

  /** What is wrong with an answer: anything but the range that was asked for, of the same version. */
  #fault({ status, headers }: Response, start: number, stop: number): BlpkError | undefined {
    if (status === 200 || status === 412 || status === NOT_SATISFIABLE) return changedOnServer(this.name)
    if (status !== PARTIAL) return statusError(status, headers, this.name)
    const range = parseContentRange(headers.get('content-range'))
    if (range === undefined || range.start !== start || range.stop > stop) {
      return new BlpkError(
        'IO',
        `the server of '${this.name}' answers with another range than was asked for`,
        {
          path: this.name,
        },
      )
    }
    if (range.size !== this.size || !sameVersion(this.#version, versionOf(headers)))
      return changedOnServer(this.name)
    checkEncoding(headers, this.name)
    return undefined
  }

  close(): void {
    this.#closing.abort()
  }
}

/** A server without ranges sends all of it, once. */
function wholeSource(answer: Answer, name: string): ByteSource {
  const length = answer.response.headers.get('content-length') ?? ''
  const size = /^\d{1,15}$/.test(length) ? Number(length) : undefined
  const source = new StreamSource(bytesOf(answer, name), name, size)
  return Object.assign(source, {
    onlyWhole: `the server of '${name}' does not answer range requests: only all of it can be read, in order`,
  })
}

async function openRanged(target: Target, net: NetSettings, answer: Answer, range: ContentRange) {
  const { headers } = answer.response
  if (range.start !== 0 || range.stop > FIRST_BYTES) {
    await drop(answer)
    throw new BlpkError('IO', `the server of '${target.name}' answers with another range than was asked for`)
  }
  const front = new Uint8Array(range.stop)
  const [n, error] = await take(answer, target.name, front)
  if (n < front.length) throw error
  return new RangedSource(new HttpPlace(target, net, versionOf(headers), range.size, front))
}

async function openOnce(target: Target, net: NetSettings): Promise<ByteSource> {
  if (net.signal?.aborted === true) throw interruptedError()
  const answer = await ask(target, rangeHeader(0, FIRST_BYTES), net)
  const { status, headers } = answer.response
  try {
    if (status === NOT_SATISFIABLE) return await emptySource(target, net, answer)
    if (status !== 200 && status !== PARTIAL) throw statusError(status, headers, target.name)
    checkEncoding(headers, target.name)
  } catch (error) {
    await drop(answer)
    throw error
  }
  if (status === 200) return wholeSource(answer, target.name)
  const range = parseContentRange(headers.get('content-range'))
  if (range !== undefined) return openRanged(target, net, answer, range)
  await drop(answer)
  // Some servers answer 206 without telling the size; all of it can still be had.
  return wholeSource(await ask(target, AS_IT_IS, net), target.name)
}

/** No range of an empty file can be had. */
async function emptySource(target: Target, net: NetSettings, answer: Answer): Promise<ByteSource> {
  await drop(answer)
  const whole = await ask(target, AS_IT_IS, net)
  const { status, headers } = whole.response
  if (status === 200) return wholeSource(whole, target.name)
  await drop(whole)
  throw statusError(status, headers, target.name)
}

/**
 * Opens a file on a web server. Every read is of the version that the first answer was of.
 * @returns a seekable source where the server answers ranges, a stream where it does not
 * @throws BlpkError NOT_FOUND, DENIED, CHANGED, NETWORK, UNSUPPORTED, INTERRUPTED
 */
export function openHttp(address: string, net: NetSettings = {}): Promise<ByteSource> {
  const target = targetOf(address)
  return retrying(net, () => openOnce(target, net))
}
