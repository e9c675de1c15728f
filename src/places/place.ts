// The interface of places: by URL scheme, something to read and possibly to write, change and list.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import type { VersionedEditable } from '../bytes/editable.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Listed, OpenStore, UnfinishedUpload } from '../store/object-store.js'
import type { ChangeSettings, PlaceSettings, SinkSettings } from '../store/settings.js'

/** An option of a place: a flag of every command, and a setting of every function. */
export interface PlaceFlag {
  /** Without dashes. */
  readonly name: string
  /** The setting that it sets, as passed to `source`, `sink` and the others. */
  readonly setting: string
  /** Name of its value in help. */
  readonly value: string
  readonly description: string
  /** Its description in help. */
  readonly default: string
}

/** Common traits of all names with a scheme. */
export interface Scheme {
  /** In lower case and without `://`, such as `s3`. */
  readonly schemes: readonly string[]
  /**
   * Names are URLs: percent-encoded, and possibly with a query or a login. Otherwise they are taken
   * literally.
   */
  readonly isUrl?: boolean
  readonly flags?: readonly PlaceFlag[]
}

/**
 * A place whose names start with a scheme. Its modules load on first use. Operations that it does not support
 * are missing.
 */
export interface Place extends Scheme {
  /**
   * The same string for all names of one thing, so that an output does not replace its input; undefined if
   * unknown.
   */
  identity(name: string): string | undefined
  /** Opens what has a name for reading. */
  source(name: string, settings: PlaceSettings): MaybePromise<ByteSource>
  /** Opens a name for writing. */
  sink?(name: string, settings: SinkSettings): MaybePromise<ByteSink>
  /** Opens an archive for a change. If others changed it meanwhile, it is not overwritten. */
  change?(name: string, settings: ChangeSettings): MaybePromise<VersionedEditable>
  /** Everything whose name starts with the prefix. */
  list?(prefix: string, settings: PlaceSettings): AsyncIterable<Listed>
  /** Uploads that were started there and neither completed nor aborted. */
  unfinished?(prefix: string, settings: PlaceSettings): AsyncIterable<UnfinishedUpload>
  /** Why nothing can be written or changed there, such as "web servers can only be read". */
  readonly onlyRead?: string
}

/** A place that is an object store: all operations come from the store. */
export interface StorePlace extends Scheme {
  readonly store: OpenStore<PlaceSettings>
}
