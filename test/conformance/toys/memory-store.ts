// A store of objects in memory: all that a place needs so that every command and function works on it. Start yours here.
import { randomUUID } from 'node:crypto'
import type {
  Answer,
  Condition,
  CopySource,
  Head,
  Listed,
  ObjectStore,
  PartUpload,
  Stretch,
  Traits,
  UnfinishedUpload,
} from '../../../dist/index.js'

/** An object at one version. A write makes a new one. */
export interface MemoryObject {
  bytes: Uint8Array
  version: string
  traits: Traits
}

/** An error with a code says more than that something went wrong. */
function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/** Parts that come in any order, and make an object in one step. */
class MemoryUpload implements PartUpload, UnfinishedUpload {
  readonly uploadId = randomUUID()
  readonly begun = new Date()
  readonly #parts = new Map<number, Uint8Array>()

  constructor(
    readonly store: MemoryStore,
    readonly name: string,
    readonly traits: Traits,
  ) {}

  async part(n: number, bytes: Uint8Array): Promise<void> {
    this.#parts.set(n, bytes.slice())
  }

  async copy(n: number, { name, version, start, stop }: CopySource): Promise<void> {
    const source = this.store.objects.get(name)
    if (source?.version !== version) throw failure('CHANGED', 'what is copied was changed')
    this.#parts.set(n, source.bytes.slice(start, stop))
  }

  async complete(condition: Condition): Promise<boolean> {
    if (!this.store.uploads.has(this.uploadId)) throw new Error('the upload was given up')
    const parts = [...this.#parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    const isDone = await this.store.put(this.name, Buffer.concat(parts), this.traits, condition)
    if (isDone) await this.abort()
    return isDone
  }

  async abort(): Promise<void> {
    this.store.uploads.delete(this.uploadId)
  }
}

export class MemoryStore implements ObjectStore {
  readonly id = 'memory'
  /** Small, so that tests with few bytes have many parts. */
  readonly limits = { least: 1024, usual: 4096, most: 2 ** 20, copied: 2 ** 20, count: 1000 }
  readonly objects: Map<string, MemoryObject>
  readonly uploads = new Map<string, MemoryUpload>()

  constructor(objects = new Map<string, MemoryObject>()) {
    this.objects = objects
  }

  async head(name: string): Promise<Head | undefined> {
    const object = this.objects.get(name)
    if (object === undefined) return undefined
    return { size: object.bytes.length, version: object.version, metadata: object.traits.metadata }
  }

  async get(name: string, { start, stop }: Stretch): Promise<Answer | undefined> {
    const object = this.objects.get(name)
    if (object === undefined) return undefined
    const { bytes, version, traits } = object
    return { size: bytes.length, version, traits, body: [bytes.subarray(start, stop)] }
  }

  async put(name: string, body: Uint8Array, traits: Traits, condition: Condition): Promise<boolean> {
    const { ifMatch, ifNoneMatch } = condition
    const there = this.objects.get(name)
    if (ifNoneMatch !== undefined && there !== undefined) return false
    if (ifMatch !== undefined && there?.version !== ifMatch) return false
    this.objects.set(name, { bytes: body.slice(), version: randomUUID(), traits })
    return true
  }

  async begin(name: string, traits: Traits): Promise<PartUpload> {
    const upload = new MemoryUpload(this, name, traits)
    this.uploads.set(upload.uploadId, upload)
    return upload
  }

  async remove(name: string): Promise<void> {
    this.objects.delete(name)
  }

  async *list(prefix: string): AsyncGenerator<Listed> {
    for (const [name, { bytes }] of [...this.objects].sort(([a], [b]) => (a < b ? -1 : 1)))
      if (name.startsWith(prefix)) yield { name, size: bytes.length }
  }

  async *unfinished(prefix: string): AsyncGenerator<UnfinishedUpload> {
    for (const upload of this.uploads.values()) if (upload.name.startsWith(prefix)) yield upload
  }
}
