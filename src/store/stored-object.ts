// Requests for one object of a store: tried again as long as the failure may pass, with errors of ours.

import { interruptedError } from '../core/errors.js'
import { following } from '../net/follow.js'
import { type NetSettings, retrying } from '../net/retry.js'
import { storeError } from './errors.js'
import type {
  Answer,
  Condition,
  CopySource,
  Head,
  ObjectStore,
  PartUpload,
  Stretch,
  Traits,
} from './object-store.js'

/** One object of a store. */
export class StoredObject {
  readonly store: ObjectStore
  readonly name: string
  readonly settings: NetSettings

  /** @throws BlpkError USAGE if no object can have the name */
  constructor(store: ObjectStore, name: string, settings: NetSettings) {
    this.store = store
    this.name = store.nameOf?.(name) ?? name
    this.settings = settings
  }

  /** An error of ours for what the store threw. @param doing such as `read` */
  failure(error: unknown, doing: string): Error {
    const { store, name } = this
    return store.failure?.(error, doing, name) ?? storeError(error, doing, name)
  }

  /** Sends a request until it succeeds, or fails for good. */
  tried<T>(
    doing: string,
    send: (signal?: AbortSignal) => Promise<T>,
    net: NetSettings = this.settings,
  ): Promise<T> {
    const { signal } = net
    return retrying(net, async () => {
      try {
        signal?.throwIfAborted()
        return await following(signal, ({ abortSignal }) => send(abortSignal))
      } catch (error) {
        if (signal?.aborted === true) throw interruptedError(signal)
        throw this.failure(error, doing)
      }
    })
  }

  /** Sends a request once. Nothing interrupts it, since its outcome must be known. */
  async #sent<T>(doing: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send()
    } catch (error) {
      throw this.failure(error, doing)
    }
  }

  /** What is there; undefined if nothing is. */
  head(net?: NetSettings): Promise<Head | undefined> {
    return this.tried('look for', (signal) => this.store.head(this.name, signal), net)
  }

  /** Asks for bytes, once; errors are those of the store. The body is still to be read. */
  get(stretch: Stretch, signal: AbortSignal): Promise<Answer | undefined> {
    return this.store.get(this.name, stretch, signal)
  }

  /** @returns false if the condition does not hold @throws TransientError if nobody knows what became of it */
  put(body: Uint8Array, traits: Traits, condition: Condition): Promise<boolean> {
    return this.#sent('write', () => this.store.put(this.name, body, traits, condition))
  }

  /** Starts an upload; a request that is under way is never interrupted, or nobody could abort the upload. */
  begin(traits: Traits, copies: boolean): Promise<PartUpload> {
    return this.tried('write', () => this.store.begin(this.name, traits, copies))
  }

  part(upload: PartUpload, n: number, bytes: Uint8Array): Promise<void> {
    return this.tried('write', (signal) => upload.part(n, bytes, signal))
  }

  copy(upload: PartUpload, n: number, from: CopySource): Promise<void> {
    return this.tried('write', async (signal) => upload.copy?.(n, from, signal))
  }

  /** As {@link put}. */
  complete(upload: PartUpload, condition: Condition): Promise<boolean> {
    return this.#sent('write', () => upload.complete(condition))
  }

  abort(upload: PartUpload, net: NetSettings): Promise<void> {
    return this.tried('give up the upload of', () => upload.abort(), net)
  }

  /** Takes the object away, if it is there. */
  remove(net: NetSettings): Promise<void> {
    return this.tried('remove', () => this.store.remove(this.name), net)
  }

  /** What of an object's traits its next version keeps. */
  async keptTraits(traits: Traits): Promise<Traits> {
    const { store, name } = this
    return this.tried(
      'read the tags of',
      async (signal) => store.keptTraits?.(name, traits, signal) ?? traits,
    )
  }
}
