// `ObjectStore`, the interface that S3 and the stores of users implement.

import type { MaybePromise } from '../core/maybe-promise.js'

/** How an object may be cut into parts; sizes are in bytes. */
export interface PartLimits {
  /** The least size of a part, except for the last one. */
  readonly least: number
  /** The size of parts when nothing asks for larger ones. */
  readonly usual: number
  /** The largest size of a part that is sent from here. */
  readonly most: number
  /** The usual size of a part that is copied within the store; undefined if the store copies nothing. */
  readonly copied?: number
  /** How many parts an object may have. */
  readonly count: number
}

/** Names and values that a store keeps with an object. */
export type Metadata = Readonly<Record<string, string>>

/** What an object is besides its bytes. */
export interface Traits {
  readonly metadata: Metadata
  /** Whatever else the store wants to keep with it, such as a content type. Only the store looks at it. */
  readonly others?: unknown
}

/** What is there under a name. */
export interface Head {
  /** In bytes. */
  readonly size: number
  /** Changes with every write, such as an ETag. One that starts with `W/` does not prove that bytes are the same. */
  readonly version: string | undefined
  readonly metadata: Metadata
}

/** A stretch of an object, in bytes. */
export interface Stretch {
  readonly start: number
  readonly stop: number
  /** The version that the bytes must be of; undefined if any will do. */
  readonly version: string | undefined
}

/** Bytes of an object, and what was told with them. */
export interface Answer {
  /** The size of the whole object, in bytes. */
  readonly size: number
  readonly version: string
  readonly traits: Traits
  /** The bytes, from the position on that was asked for; they may end early if the object does. */
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** How many bytes the body has, if that is not what was asked for. */
  readonly nbytes?: number
  /** When the object was written, in ms. It tells versions apart that are weak. */
  readonly modified?: number | undefined
  /** Frees what the answer holds if nobody reads the body. */
  cancel?(): void
}

/** What must hold for a write to happen, checked by the store in the same step as the write. */
export interface Condition {
  /** Nothing may be there: `*`. */
  readonly ifNoneMatch?: '*'
  /** This version must be there. */
  readonly ifMatch?: string
}

/** A stretch of another object of the store. */
export interface CopySource {
  readonly name: string
  readonly version: string
  readonly start: number
  readonly stop: number
}

/** An object that is written in parts. It appears when it is complete. */
export interface PartUpload {
  /** Takes part `n`, from 1, in any order. The bytes stay as they are until it is done. */
  part(n: number, bytes: Uint8Array, signal?: AbortSignal): Promise<void>
  /** Makes part `n` out of a stretch of an object within the store. */
  copy?(n: number, from: CopySource, signal?: AbortSignal): Promise<void>
  /**
   * Makes the object out of all parts, in the order of their numbers.
   * @returns false if the condition does not hold: nothing was written then
   */
  complete(condition: Condition): Promise<boolean>
  /** Drops the parts. It is no error if there is nothing to drop. */
  abort(): Promise<void>
}

/** An object of a list. */
export interface Listed {
  /** The name by which it is opened, with its scheme. */
  readonly name: string
  /** In bytes. */
  readonly size: number
}

/** An upload that was begun, and neither completed nor aborted: it still runs, or its writer was killed. */
export interface UnfinishedUpload {
  /** What it was to become, with its scheme. */
  readonly name: string
  readonly uploadId: string
  readonly begun: Date
  /** Gives the upload up, with its parts. */
  abort(): Promise<void>
}

/**
 * A store of objects, each of which is written as a whole and appears at once. Names are those that users type, with
 * their scheme.
 *
 * Each function sends one request; what may pass is tried again by the caller. To have an error reported as more than
 * `IO`, throw one with a `code` of `ErrorCode`: `NETWORK` means that it may pass, and that nobody knows what became
 * of a write; `UNSUPPORTED` from a write with a condition means that the store has none.
 */
export interface ObjectStore {
  /** Stores with the same id copy objects from each other within the store. */
  readonly id: string
  readonly limits: PartLimits
  /** The name as it is always spelled. @throws BlpkError USAGE if no object can have it */
  nameOf?(name: string): string
  /** Which part of the store an object is in, such as a bucket: all objects of a part obey the same rules. */
  regionOf?(name: string): string
  /** @returns undefined if there is no such object */
  head(name: string, signal?: AbortSignal): Promise<Head | undefined>
  /** @returns undefined if there is no such object, and of an empty one no bytes */
  get(name: string, stretch: Stretch, signal: AbortSignal): Promise<Answer | undefined>
  /** Writes an object as a whole. @returns false if the condition does not hold: nothing was written then */
  put(name: string, body: Uint8Array, traits: Traits, condition: Condition): Promise<boolean>
  /** Starts an upload. @param copies will parts be copied within the store? */
  begin(name: string, traits: Traits, copies: boolean): Promise<PartUpload>
  /** It is no error if there is no such object. */
  remove(name: string): Promise<void>
  /** What of an object's traits its next version keeps; all of them by default. */
  keptTraits?(name: string, traits: Traits, signal?: AbortSignal): Promise<Traits>
  /** All objects whose names start with the prefix. */
  list?(prefix: string): AsyncIterable<Listed>
  /** Lists uploads that were begun and not completed. */
  unfinished?(prefix: string): AsyncIterable<UnfinishedUpload>
  /** What to report for something that a function threw. @param doing such as `read` */
  failure?(error: unknown, doing: string, name: string): Error
}

/** Opens a store. Settings are those of the run, and whatever options the store has of its own. */
export type OpenStore<S> = (settings: S) => MaybePromise<ObjectStore>

/** Does a version prove that bytes are the same? A weak one does not, and must not be made a condition. */
export function isStrong(version: string): boolean {
  return !/^\s*W\//i.test(version)
}
