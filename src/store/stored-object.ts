// Requests for one object, retried on temporary failures, with errors converted.

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

/** One object in a store. */
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

  /** Converts an error of the store. @param doing the action, such as `read` */
  failure(error: unknown, doing: string): Error {
    const { store, name } = this
    return store.failure?.(error, doing, name) ?? storeError(error, doing, name)
  }

  /** Sends a request until it succeeds or fails for good. */
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

  /** Sends a request once. It is never interrupted, because its outcome must be known. */
  async #sent<T>(doing: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send()
    } catch (error) {
      throw this.failure(error, doing)
    }
  }

  /** Properties of the object; undefined if it does not exist. */
  head(net?: NetSettings): Promise<Head | undefined> {
    return this.tried('look for', (signal) => this.store.head(this.name, signal), net)
  }

  /** Requests bytes, once; errors are those of the store. The body is still to be read. */
  get(stretch: Stretch, signal: AbortSignal): Promise<Answer | undefined> {
    return this.store.get(this.name, stretch, signal)
  }

  /** @returns false if the condition does not hold @throws TransientError if the outcome is unknown */
  put(body: Uint8Array, traits: Traits, condition: Condition): Promise<boolean> {
    return this.#sent('write', () => this.store.put(this.name, body, traits, condition))
  }

  /** Starts an upload. The request is never interrupted; otherwise the upload could not be aborted. */
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
    return this.tried('abort the upload of', () => upload.abort(), net)
  }

  /** Removes the object, if it exists. */
  remove(net: NetSettings): Promise<void> {
    return this.tried('remove', () => this.store.remove(this.name), net)
  }

  /** The properties that the next version of an object keeps. */
  async keptTraits(traits: Traits): Promise<Traits> {
    const { store, name } = this
    return this.tried(
      'read the tags of',
      async (signal) => store.keptTraits?.(name, traits, signal) ?? traits,
    )
  }
}
