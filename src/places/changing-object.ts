// Changes an object by replacing it with a new one made from it.

import type { ChangePlan, Refronted, VersionedEditable } from '../bytes/editable.js'
import { BlpkError, damaged, unsupported } from '../core/errors.js'
import { ObjectSink, type ObjectSinkOptions } from '../sinks/object.js'
import { type ObjectSource, openObject } from '../sources/object.js'
import type { Write } from '../store/commit.js'
import { checkConditions } from '../store/conditions.js'
import { otherVersionError } from '../store/errors.js'
import { isStrong } from '../store/object-store.js'
import type { StoredObject } from '../store/stored-object.js'
import { metadataAfterWrite, newWriteId, stateId } from '../store/write-ids.js'

/** Bytes that are read and written at once if they cannot be copied within the store. */
const PIECE_BYTES = 4 * 2 ** 20

/** Ranges in order, without those inside others. */
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
 * An object that is changed by replacing it with a new version. Overwritten parts, with enough bytes around
 * them for a part of an upload, pass through this machine; the rest is copied within the store.
 */
class ChangingObject implements VersionedEditable {
  readonly name: string
  readonly seekable = true
  readonly #source: ObjectSource
  readonly #sink: ObjectSink
  readonly #isUnsafe: boolean
  /** The new content: these bytes, and those of the source from `#start` to `#stop`. */
  #front: Uint8Array = new Uint8Array(0)
  #start = 0
  #stop: number
  #isBegun = false

  /** @param isUnsafe whether the store may ignore conditions */
  constructor(source: ObjectSource, sink: ObjectSink, isUnsafe: boolean) {
    this.name = source.name
    this.#source = source
    this.#sink = sink
    this.#isUnsafe = isUnsafe
    this.#stop = source.size
  }

  /** In bytes; from `begin` on only the existing part of the new object. */
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

  async withFront(front: readonly Uint8Array[], start: number, stop: number): Promise<Refronted> {
    this.#front = Buffer.concat(front)
    this.#start = start
    this.#stop = stop
    // Its commit publishes it, and its close discards it.
    return { archive: this, publish: async () => {}, discard: () => {} }
  }

  async isCurrent(): Promise<boolean> {
    const { object, version, size } = this.#source
    const head = await object.head()
    return head?.version === version && head?.size === size
  }

  /** Starts the new object with everything known so far, up to the rewritten end. */
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

  /** Takes over unchanged bytes. */
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
    if (size !== this.size)
      throw unsupported(`'${this.name}' can only be truncated where its end is rewritten`)
  }

  /** Nothing is visible before the commit, and everything afterwards. */
  sync(): void {}

  async commit(): Promise<void> {
    if (this.#isUnsafe && !(await this.isCurrent())) throw otherVersionError(this.name)
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

/** The condition for replacing the object. @throws BlpkError LOCKED if there can be none */
function sinkOptions({ name, version }: ObjectSource, write: Write, isUnsafe: boolean): ObjectSinkOptions {
  if (isUnsafe) return { write, condition: isStrong(version) ? { ifMatch: version, optional: true } : {} }
  if (isStrong(version)) return { write, condition: { ifMatch: version }, before: checkConditions }
  const message = `the store gives '${name}' only a weak ETag, so one of two concurrent appends would be lost`
  throw new BlpkError('LOCKED', message, { path: name }, undefined, { option: 'unsafeNoCas' })
}

/**
 * Opens an object for a change.
 * @param isUnsafe whether the last of two writers may win if the store ignores conditions
 * @throws BlpkError NOT_FOUND, DENIED, CHANGED, NETWORK, INTERRUPTED, LOCKED
 */
export async function changeObject(object: StoredObject, isUnsafe: boolean): Promise<VersionedEditable> {
  const source = await openObject(object)
  const { name, version, traits } = source
  if (source.size === 0) throw damaged(`'${name}' is empty`, { path: name })
  const id = newWriteId()
  const { metadata, others } = await object.keptTraits(traits)
  const write = {
    id,
    traits: { metadata: metadataAfterWrite(metadata, version, id), others },
    after: stateId(metadata, version),
  }
  const sink = new ObjectSink(object, sinkOptions(source, write, isUnsafe))
  return new ChangingObject(source, sink, isUnsafe)
}
