// `ObjectStore`, the interface that S3 and user-defined stores implement.

import type { MaybePromise } from '../core/maybe-promise.js'

/** How an object may be split into parts; sizes are in bytes. */
export interface PartLimits {
  /** Smallest size of a part, except for the last one. */
  readonly least: number
  /** Size of parts if nothing requires larger ones. */
  readonly usual: number
  /** Largest size of an uploaded part. */
  readonly most: number
  /** Usual size of a part that is copied within the store; undefined if the store cannot copy. */
  readonly copied?: number
  /** Maximum number of parts. */
  readonly count: number
}

/** Names and values that a store keeps with an object. */
export type Metadata = Readonly<Record<string, string>>

/** Properties of an object besides its bytes. */
export interface Traits {
  readonly metadata: Metadata
  /** Whatever else the store keeps with it, such as a content type. Only the store interprets it. */
  readonly others?: unknown
}

/** Properties of an existing object. */
export interface Head {
  /** In bytes. */
  readonly size: number
  /**
   * Changes with every write, such as an ETag. A value that starts with `W/` does not prove that bytes are
   * identical.
   */
  readonly version: string | undefined
  readonly metadata: Metadata
}

/** A range of an object, in bytes. */
export interface Stretch {
  readonly start: number
  readonly stop: number
  /** The version that the bytes must have; undefined for any. */
  readonly version: string | undefined
}

/** Bytes of an object, with what the store returned about them. */
export interface Answer {
  /** The size of the whole object, in bytes. */
  readonly size: number
  readonly version: string
  readonly traits: Traits
  /** The bytes from the requested position on. They may end early if the object does. */
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** Length of the body in bytes, if different from the requested one. */
  readonly nbytes?: number
  /** When the object was written, in ms. Distinguishes versions with weak ETags. */
  readonly modified?: number | undefined
  /** Releases the response if nobody reads the body. */
  cancel?(): void
}

/** A condition on a write, which the store checks in the same step. */
export interface Condition {
  /** The object must not exist: `*`. */
  readonly ifNoneMatch?: '*'
  /** The object must have this version. */
  readonly ifMatch?: string
}

/** A range of another object in the store. */
export interface CopySource {
  readonly name: string
  readonly version: string
  readonly start: number
  readonly stop: number
}

/** An upload in parts. The object appears when the upload is completed. */
export interface PartUpload {
  /** Uploads part `n` (from 1), in any order. The bytes must not change until the promise resolves. */
  part(n: number, bytes: Uint8Array, signal?: AbortSignal): Promise<void>
  /** Makes part `n` by copying a range of an object within the store. */
  copy?(n: number, from: CopySource, signal?: AbortSignal): Promise<void>
  /**
   * Creates the object from all parts, in the order of their numbers.
   * @returns false if the condition does not hold: nothing was written then
   */
  complete(condition: Condition): Promise<boolean>
  /** Discards the parts. It is not an error if there is nothing to discard. */
  abort(): Promise<void>
}

/** An object in a listing. */
export interface Listed {
  /** The name that opens it, with its scheme. */
  readonly name: string
  /** In bytes. */
  readonly size: number
}

/**
 * An upload that was started and neither completed nor aborted: it is still running, or its writer was
 * killed.
 */
export interface UnfinishedUpload {
  /** The object that it would create, with its scheme. */
  readonly name: string
  readonly uploadId: string
  readonly begun: Date
  /** Gives the upload up, with its parts. */
  abort(): Promise<void>
}

/**
 * An object store. Objects are written as a whole and appear atomically. Names are those that users type,
 * including the scheme.
 *
 * Each function sends one request; the caller retries on temporary failures. Errors are reported as `IO`
 * unless they have a `code` of type `ErrorCode`: `NETWORK` means that the failure may be temporary and the
 * outcome of a write is unknown; `UNSUPPORTED` from a conditional write means that the store has no
 * conditions.
 */
export interface ObjectStore {
  /** Stores with the same id can copy each other's objects within the store. */
  readonly id: string
  readonly limits: PartLimits
  /** The canonical spelling of the name. @throws BlpkError USAGE if no object can have it */
  nameOf?(name: string): string
  /**
   * The part of the store that an object is in, such as its bucket. All objects in a part obey the same
   * rules.
   */
  regionOf?(name: string): string
  /** @returns undefined if there is no such object */
  head(name: string, signal?: AbortSignal): Promise<Head | undefined>
  /** @returns undefined if there is no such object; no bytes for an empty one */
  get(name: string, stretch: Stretch, signal: AbortSignal): Promise<Answer | undefined>
  /** Writes a whole object. @returns false if the condition does not hold: nothing was written then */
  put(name: string, body: Uint8Array, traits: Traits, condition: Condition): Promise<boolean>
  /** Starts an upload. @param copies whether parts will be copied within the store */
  begin(name: string, traits: Traits, copies: boolean): Promise<PartUpload>
  /** Removes an object. It is not an error if there is no such object. */
  remove(name: string): Promise<void>
  /** The properties that the next version of an object keeps; all by default. */
  keptTraits?(name: string, traits: Traits, signal?: AbortSignal): Promise<Traits>
  /** All objects whose names start with the prefix. */
  list?(prefix: string): AsyncIterable<Listed>
  /** Lists uploads that were begun and not completed. */
  unfinished?(prefix: string): AsyncIterable<UnfinishedUpload>
  /** Converts an error that a function threw. @param doing the action, such as `read` */
  failure?(error: unknown, doing: string, name: string): Error
}

/** Opens a store. The settings are those of the run, plus options of the store itself. */
export type OpenStore<S> = (settings: S) => MaybePromise<ObjectStore>

/**
 * Whether a version proves that bytes are identical. A weak one does not, and must not be used as a
 * condition.
 */
export function isStrong(version: string): boolean {
  return !/^\s*W\//i.test(version)
}
