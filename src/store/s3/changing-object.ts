import type { ChangePlan, VersionedEditable } from '../../bytes/editable.js'
import { BlpkError, damaged, unsupported } from '../../core/errors.js'
import { S3Sink, type S3SinkOptions } from '../../sinks/s3.js'
import { openS3, type S3Source } from '../../sources/s3.js'
import type { ChangeSettings } from '../settings.js'
import type { Write } from './commit.js'
import { checkConditions } from './conditions.js'
import { changedError } from './errors.js'
import { isStrong, S3Object } from './object.js'
import { keptTraits } from './traits.js'
import { metadataAfterWrite, newWriteId, stateId } from './write-ids.js'

/** Bytes that are read and written at once where they cannot be copied within the store. */
const PIECE_BYTES = 4 * 2 ** 20

/** Ranges in their order, without those within others. */
function merged(ranges: readonly (readonly [start: number, stop: number])[]): [number, number][] {
  const all: [number, number][] = []
  for (const [start, stop] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = all.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], stop)
    else if (start < stop) all.push([start, stop])
  }
  return all
}

/**
 * An object that is changed by a new one in its place, made out of it: what a change overwrites goes through
 * this machine, with as much beside it as a part of an upload must have; what stays is copied within the store.
 */
export class ChangingObject implements VersionedEditable {
  readonly name: string
  readonly seekable = true
  readonly #source: S3Source
  readonly #object: S3Object
  readonly #sink: S3Sink
  readonly #settings: ChangeSettings
  /** The object is these bytes, and those of the source from `#start` to `#stop`. */
  #front: Uint8Array = new Uint8Array(0)
  #start = 0
  #stop: number
  #isBegun = false

  constructor(source: S3Source, object: S3Object, sink: S3Sink, settings: ChangeSettings) {
    this.name = source.name
    this.#source = source
    this.#object = object
    this.#sink = sink
    this.#settings = settings
    this.#stop = source.size
  }

  /** In bytes; from `begin` on only what is there of the new object. */
  get size(): number {
    return this.#isBegun ? this.#sink.size : this.#front.length + this.#stop - this.#start
  }

  willRead(start: number, stop: number): void {
    const last = this.#inSource(stop)
    if (start >= this.#front.length) this.#source.willRead(this.#inSource(start), last)
    else if (last > this.#start) this.#source.willRead(this.#start, last)
  }

  async read(position: number, into: Uint8Array): Promise<number> {
    const ours = this.#front.subarray(position, position + into.length)
    into.set(ours)
    const at = this.#inSource(position + ours.length)
    const rest = into.subarray(ours.length, ours.length + Math.max(0, this.#stop - at))
    return ours.length + (rest.length === 0 ? 0 : await this.#source.read(at, rest))
  }

  #inSource(position: number): number {
    return position - this.#front.length + this.#start
  }

  replaceFront(front: Uint8Array, start: number, stop: number): void {
    this.#front = front
    this.#start = start
    this.#stop = stop
  }

  async isCurrent(): Promise<boolean> {
    const head = await this.#object.head()
    return head?.etag === this.#source.etag && head?.size === this.#source.size
  }

  /** Starts the new object: all of it that is known by now, up to where its end is written anew. */
  async begin({ ranges }: ChangePlan): Promise<void> {
    const { size } = this
    const spans = ranges.map(([start, nbytes]) => [start, start + nbytes] as const)
    const end = Math.min(size, ...spans.filter(([, stop]) => stop >= size).map(([start]) => start))
    const changing = merged([[0, this.#front.length], ...spans.filter(([start]) => start < end)])
    this.#sink.expect({ front: changing.at(-1)?.[1] ?? 0, most: undefined, copies: true })
    let at = 0
    for (const [start, stop] of changing) {
      await this.#keep(at, start)
      await this.#take(start, stop)
      at = stop
    }
    await this.#keep(at, end)
    this.#isBegun = true
  }

  /** Takes over bytes that stay as they are. */
  async #keep(start: number, stop: number): Promise<void> {
    if (await this.#sink.copy(this.#source, this.#inSource(start), this.#inSource(stop))) return
    await this.#take(start, stop)
  }

  /** Takes over bytes by way of this machine. */
  async #take(start: number, stop: number): Promise<void> {
    this.willRead(start, stop)
    const piece = new Uint8Array(Math.min(PIECE_BYTES, stop - start))
    for (let at = start; at < stop; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, stop - at))
      if ((await this.read(at, part)) < part.length) throw damaged(`the object ended before byte ${stop}`)
      await this.#sink.write(part)
    }
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    if (position === this.#sink.size) await this.#sink.write(bytes)
    else this.#sink.patch(position, bytes)
  }

  async replace(pieces: AsyncIterable<Uint8Array>, nbytes: number): Promise<void> {
    this.#sink.expect({ front: 0, most: nbytes })
    for await (const piece of pieces) await this.#sink.write(piece)
    await this.commit()
  }

  truncate(size: number): void {
    if (size !== this.size) throw unsupported(`'${this.name}' can only be cut where its end is written anew`)
  }

  /** Nothing is there before the commit, and all of it afterwards. */
  sync(): void {}

  async commit(): Promise<void> {
    if (this.#settings.unsafeNoCas === true && !(await this.isCurrent())) throw changedError(this.name)
    await this.#sink.commit()
  }

  async rollBack(): Promise<boolean> {
    await this.#sink.discard()
    return true
  }

  async close(): Promise<void> {
    this.#source.close()
    await this.#sink.discard()
  }
}

/** How the object must be when the new one takes its place. @throws BlpkError LOCKED where that cannot be said */
function sinkOptions(name: string, etag: string, write: Write, settings: ChangeSettings): S3SinkOptions {
  if (settings.unsafeNoCas === true)
    return { write, condition: isStrong(etag) ? { ifMatch: etag, optional: true } : {} }
  if (isStrong(etag)) return { write, condition: { ifMatch: etag }, before: checkConditions }
  const message = `the store gives '${name}' only a weak ETag, so that of two appends at once one would be lost`
  throw new BlpkError('LOCKED', message, { path: name }, undefined, { option: 'unsafeNoCas' })
}

/**
 * Opens an object for a change of it.
 * @throws BlpkError NOT_FOUND, DENIED, CHANGED, NETWORK, INTERRUPTED, LOCKED
 */
export async function openForChange(name: string, settings: ChangeSettings = {}): Promise<VersionedEditable> {
  const source = await openS3(name, settings)
  const { etag, told } = source
  if (etag === undefined) throw damaged(`'${name}' is empty`, { path: name })
  const object = new S3Object(source.location, settings)
  const before = told.Metadata ?? {}
  const id = newWriteId()
  const traits = {
    ...keptTraits(told),
    Metadata: metadataAfterWrite(before, etag, id),
    ...((told.TagCount ?? 0) > 0 && { Tagging: await object.tags() }),
  }
  const write = { id, traits, after: stateId(before, etag) }
  const sink = new S3Sink(name, settings, sinkOptions(name, etag, write, settings))
  return new ChangingObject(source, object, sink, settings)
}
