// Checks chunks, index and trailer of a frame against the digests in its checksum layer.

import type { ChunkBytes } from '../../chunk/blosc2/chunk-bytes.js'
import { sameDigest } from '../../chunk/checksums.js'
import { BlpkError, type ErrorPlace } from '../../core/errors.js'
import type { MaybePromise } from '../../core/maybe-promise.js'
import { type Xxh64, xxh64 } from '../../core/xxh64.js'
import {
  type ChecksumLayer,
  checksumLayerBytes,
  DIGEST_BYTES,
  fingerprintOf,
  formatChecksumLayer,
  layoutBytes,
  MAX_CHECKSUM_LAYER,
  markTrailer,
  runsOf,
  sealedBytes,
} from '../frame/checksums.js'
import type { ChunkOffset } from '../frame/offsets.js'
import { TRAILER_END_BYTES } from '../frame/trailer.js'

/** Whether checksums are written to a frame. */
export type FrameChecksum = 'xxh64' | 'none'

/**
 * Which reads are checked. `whole`: reads of whole chunks, index and trailer, at almost no cost. `always`:
 * read whole chunks even if only blocks are requested. `never`: do not check.
 */
export type CheckMode = 'whole' | 'always' | 'never'

/** The hash is fastest with pieces of this size, in bytes: they stay in the cache. */
const PIECE = 1 << 18
let loading: Promise<() => Xxh64> | undefined

/** The xxh64 (seed 0) of consecutive bytes, little-endian. */
export async function xxh64Of(...parts: Uint8Array[]): Promise<Uint8Array> {
  loading ??= xxh64()
  const hash = (await loading)()
  for (const bytes of parts)
    for (let at = 0; at < bytes.length; at += PIECE) hash.update(bytes.subarray(at, at + PIECE))
  const digest = new Uint8Array(DIGEST_BYTES)
  new DataView(digest.buffer).setBigUint64(0, hash.digest(), true)
  return digest
}

/** A chunk does not match its digest. This does not say what else may be wrong with it. */
export function checksumError(place: ErrorPlace): BlpkError {
  return new BlpkError('CHECKSUM', 'the chunk does not match its checksum (xxh64)', place)
}

/** A chunk whose digest is known. It is checked as soon as all of it was read. */
export class CheckedChunk implements ChunkBytes {
  readonly digest: Uint8Array
  /** The chunk is checked before any of its data are returned. */
  readonly always: boolean
  readonly inner: ChunkBytes
  #isChecked = false

  constructor(inner: ChunkBytes, digest: Uint8Array, always: boolean) {
    this.inner = inner
    this.digest = digest
    this.always = always
  }

  get limit(): number {
    return this.inner.limit
  }

  get place(): ErrorPlace {
    return this.inner.place
  }

  get #isDue(): boolean {
    return this.always && !this.#isChecked
  }

  get nearby(): boolean {
    return this.inner.nearby === true && !this.#isDue
  }

  fetch(at: number, nbytes: number): MaybePromise<Uint8Array> {
    return this.#isDue ? this.check().then(() => this.inner.fetch(at, nbytes)) : this.inner.fetch(at, nbytes)
  }

  fetchInto(at: number, into: Uint8Array): MaybePromise<void> {
    return this.#isDue ? this.check().then(() => this.#into(at, into)) : this.#into(at, into)
  }

  #into(at: number, into: Uint8Array): MaybePromise<void> {
    if (this.inner.fetchInto !== undefined) return this.inner.fetchInto(at, into)
    const bytes = this.inner.fetch(at, into.length)
    if (!(bytes instanceof Uint8Array)) return bytes.then((got) => into.set(got))
    into.set(bytes)
  }

  /** Checks the whole chunk. @throws BlpkError CHECKSUM */
  async check(): Promise<void> {
    const head = await this.inner.fetch(0, Math.min(16, this.limit))
    const cbytes =
      head.length < 16 ? head.length : new DataView(head.buffer, head.byteOffset).getUint32(12, true)
    await this.prefetch(Math.min(cbytes, this.limit))
  }

  async prefetch(nbytes: number): Promise<void> {
    await this.inner.prefetch?.(nbytes)
    if (this.#isChecked) return
    const digest = await xxh64Of(await this.inner.fetch(0, nbytes))
    if (!sameDigest(digest, this.digest)) throw checksumError(this.place)
    this.#isChecked = true
  }
}

/** Index and trailer as stored in a frame, with its header. */
export interface FrameEnds {
  header: Uint8Array
  index: Uint8Array
  trailer: Uint8Array
}

async function fingerprint({ header, index, trailer }: FrameEnds): Promise<Uint8Array> {
  return xxh64Of(layoutBytes(header), index, sealedBytes(trailer))
}

/**
 * State of the fingerprint of header, index and trailer: `none` if blpk did not write one (for example,
 * another tool changed the frame), `wrong` if it does not match.
 */
export async function checkEnds(ends: FrameEnds): Promise<'right' | 'wrong' | 'none'> {
  const found = fingerprintOf(ends.trailer)
  if (found === undefined) return 'none'
  return sameDigest(await fingerprint(ends), found) ? 'right' : 'wrong'
}

/** The digest of the chunk at a position in the index; undefined for chunks that exist only in the index. */
export type Digests = (index: number) => Uint8Array | undefined

/** The digests in a layer, by position in the index. */
export function digestsByIndex(layer: ChecksumLayer): Digests {
  const starts: { index: number; stored: number; isStored: boolean }[] = []
  let [index, stored] = [0, 0]
  for (const { count, special } of layer.runs) {
    starts.push({ index, stored, isStored: special === undefined })
    index += count
    if (special === undefined) stored += count
  }
  const end = index
  return (at) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle]?.index ?? 0) <= at) low = middle
      else high = middle
    }
    const run = starts[low]
    if (run === undefined || !run.isStored || at >= end) return undefined
    const from = (run.stored + at - run.index) * DIGEST_BYTES
    return layer.digests.subarray(from, from + DIGEST_BYTES)
  }
}

/** Computes the checksums of a frame while it is written. The layer must be the last one in the trailer. */
export class Sealer {
  readonly #layer: ChecksumLayer
  private constructor(offsets: readonly ChunkOffset[], headerBytes: number) {
    const stored = offsets.filter((offset) => 'at' in offset).length
    this.#layer = {
      header: new Uint8Array(headerBytes),
      runs: runsOf(offsets),
      digests: new Uint8Array(DIGEST_BYTES * stored),
    }
  }

  /** @returns undefined if no chunk is stored, or the layer would be too large */
  static for(offsets: readonly ChunkOffset[], headerBytes: number): Sealer | undefined {
    const sealer = new Sealer(offsets, headerBytes)
    const { runs, digests } = sealer.#layer
    const nbytes = checksumLayerBytes(headerBytes, runs.length, digests.length / DIGEST_BYTES)
    return digests.length === 0 || nbytes > MAX_CHECKSUM_LAYER ? undefined : sealer
  }

  /** The current content of the layer; the final one has the same size. */
  get content(): Uint8Array {
    return formatChecksumLayer(this.#layer)
  }

  /** @param order number of the stored chunk, in the order of the index */
  set(order: number, digest: Uint8Array): void {
    this.#layer.digests.set(digest, DIGEST_BYTES * order)
  }

  /** Writes the layer's content into a trailer whose last layer ends with {@link content}. */
  fill({ header, trailer }: FrameEnds): void {
    this.#layer.header.set(header)
    const { content } = this
    trailer.set(content, trailer.length - TRAILER_END_BYTES - content.length)
  }
}

/** Writes the fingerprint into an otherwise complete trailer. */
export async function sealTrailer(ends: FrameEnds): Promise<void> {
  markTrailer(ends.trailer)
  ends.trailer.set(await fingerprint(ends), ends.trailer.length - DIGEST_BYTES)
}
