// Reads files of a web server by ranges, or in order if the server does not support ranges.

import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError } from '../core/errors.js'
import type { ContentRange } from '../net/content-range.js'
import { follower } from '../net/follow.js'
import { filling, interruptedError, type NetSettings, retrying } from '../net/retry.js'
import { changedOnServer, checkEncoding, checkRange, lengthOf, rangeOf, statusError } from './http-answer.js'
import { ask, bytesOf, drop, type HttpAnswer, type Target, take, targetOf } from './http-request.js'
import { rangeCondition, sameVersion, type Version, versionOf } from './http-version.js'
import { FIRST_BYTES, type RangedPlace, RangedSource } from './ranged.js'
import { StreamSource } from './stream.js'

const WHOLE = 200
const PARTIAL = 206
const NOT_SATISFIABLE = 416

/** Request no transfer compression; with ranges, fetch does this itself. */
const AS_IT_IS = { 'accept-encoding': 'identity' }

function rangeHeader(start: number, stop: number): Record<string, string> {
  return { range: `bytes=${start}-${stop - 1}` }
}

/** Checks the head of a response; a refused one is discarded. */
async function checked<T>(answer: HttpAnswer, check: (response: Response) => T): Promise<T> {
  try {
    return check(answer.response)
  } catch (error) {
    await drop(answer)
    throw error
  }
}

/** A file on a server with range requests. */
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
      const { stop } = await checked(answer, (response) =>
        this.#range(response, start + done, start + into.length),
      )
      return take(answer, this.name, into.subarray(done, stop - start))
    })
  }

  /** Requests a range of the opened version. */
  #ask(start: number, stop: number): Promise<HttpAnswer> {
    const condition = rangeCondition(this.#version)
    const headers = { ...rangeHeader(start, stop), ...(condition !== undefined && { 'if-range': condition }) }
    return ask(this.#target, headers, this.#net)
  }

  /** The range of a response. @throws BlpkError for another range or version than requested */
  #range({ status, headers }: Response, start: number, stop: number): ContentRange {
    if (status === WHOLE) throw this.#unranged(headers)
    if (status === 412 || status === NOT_SATISFIABLE) throw changedOnServer(this.name)
    if (status !== PARTIAL) throw statusError(status, headers, this.name)
    checkEncoding(headers, this.name)
    const range = rangeOf(headers)
    checkRange(range, headers, [start, stop], this.name)
    if (range.size !== this.size || !sameVersion(this.#version, versionOf(headers)))
      throw changedOnServer(this.name)
    return range
  }

  /**
   * The response has the whole file instead of a range: another version, or a server that only sometimes
   * supports ranges.
   */
  #unranged(headers: Headers): BlpkError {
    if (lengthOf(headers) !== this.size || !sameVersion(this.#version, versionOf(headers)))
      return changedOnServer(this.name)
    const message = `the server of '${this.name}' no longer supports range requests: start again`
    return new BlpkError('IO', message, { path: this.name })
  }

  close(): void {
    this.#closing.abort()
  }
}

/** A server without ranges sends the whole file once. */
function wholeSource(answer: HttpAnswer, name: string): ByteSource {
  const source = new StreamSource(bytesOf(answer, name), name, lengthOf(answer.response.headers))
  return Object.assign(source, {
    onlyWhole: `the server of '${name}' does not support range requests: it can only be read whole, in order`,
  })
}

/** @throws BlpkError for anything but the whole file */
function checkWhole({ status, headers }: Response, name: string): void {
  if (status === PARTIAL)
    throw new BlpkError('IO', `the server of '${name}' returned a part, although the whole was requested`, {
      path: name,
    })
  if (status !== WHOLE) throw statusError(status, headers, name)
  checkEncoding(headers, name)
}

/** Requests the whole file, if the response to the request for the front cannot be used. */
async function askWhole(target: Target, net: NetSettings, first: HttpAnswer): Promise<ByteSource> {
  await drop(first)
  const answer = await ask(target, AS_IT_IS, net)
  await checked(answer, (response) => checkWhole(response, target.name))
  return wholeSource(answer, target.name)
}

async function openRanged(target: Target, net: NetSettings, answer: HttpAnswer): Promise<ByteSource> {
  const { headers } = answer.response
  const range = rangeOf(headers)
  // Some servers do not tell the size, or respond with several parts; the whole file is still available.
  if (range === undefined) return askWhole(target, net, answer)
  await checked(answer, () => checkRange(range, headers, [0, FIRST_BYTES], target.name))
  const front = new Uint8Array(range.stop)
  const [n, error] = await take(answer, target.name, front)
  if (n < front.length) throw error
  return new RangedSource(new HttpPlace(target, net, versionOf(headers), range.size, front))
}

async function openOnce(target: Target, net: NetSettings): Promise<ByteSource> {
  if (net.signal?.aborted === true) throw interruptedError(net.signal)
  const answer = await ask(target, rangeHeader(0, FIRST_BYTES), net)
  const { status } = answer.response
  // An empty file has no range.
  if (status === NOT_SATISFIABLE) return askWhole(target, net, answer)
  if (status === PARTIAL) {
    await checked(answer, ({ headers }) => checkEncoding(headers, target.name))
    return openRanged(target, net, answer)
  }
  await checked(answer, (response) => checkWhole(response, target.name))
  return wholeSource(answer, target.name)
}

/**
 * Opens a file on a web server. All reads are of the version in the first response.
 * @returns a seekable source if the server supports ranges, otherwise a stream
 * @throws BlpkError NOT_FOUND, DENIED, CHANGED, NETWORK, UNSUPPORTED, INTERRUPTED
 */
export function openHttp(address: string, net: NetSettings = {}): Promise<ByteSource> {
  const target = targetOf(address)
  return retrying(net, () => openOnce(target, net))
}
