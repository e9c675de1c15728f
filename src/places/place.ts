// What a place is: by the scheme of its name, something that can be read, and perhaps written, changed and
// listed.

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
  /** The setting that it gives, as `source`, `sink` and the others get it. */
  readonly setting: string
  /** What help calls its value. */
  readonly value: string
  readonly description: string
  /** As help says it. */
  readonly default: string
}

/** What all names with a scheme have in common. */
export interface Scheme {
  /** In lower case and without `://`, such as `s3`. */
  readonly schemes: readonly string[]
  /** Are names URLs: percent-encoded, and perhaps with a query or a login? Otherwise they are taken as they stand. */
  readonly isUrl?: boolean
  readonly flags?: readonly PlaceFlag[]
}

/**
 * A place whose names start with a scheme. Modules that it needs load when it is used. What cannot be done there is
 * missing.
 */
export interface Place extends Scheme {
  /** The same for all names of one thing, so that an output does not replace its input; undefined if that cannot be. */
  identity(name: string): string | undefined
  /** Opens what has a name for reading. */
  source(name: string, settings: PlaceSettings): MaybePromise<ByteSource>
  /** Opens a name for writing. */
  sink?(name: string, settings: SinkSettings): MaybePromise<ByteSink>
  /** Opens an archive to change it: one that others changed meanwhile is not overwritten. */
  change?(name: string, settings: ChangeSettings): MaybePromise<VersionedEditable>
  /** Everything whose name starts with the prefix. */
  list?(prefix: string, settings: PlaceSettings): AsyncIterable<Listed>
  /** Uploads that were begun there, and neither finished nor given up. */
  unfinished?(prefix: string, settings: PlaceSettings): AsyncIterable<UnfinishedUpload>
  /** Why nothing can be written or changed there, such as "web servers are only read from". */
  readonly onlyRead?: string
}

/** A place that is a store of objects: all that a place does comes from what the store does. */
export interface StorePlace extends Scheme {
  readonly store: OpenStore<PlaceSettings>
}
