// Settings of remote places: retries, addresses, and what may be overwritten.

import type { NetSettings } from '../net/retry.js'
import type { S3Options } from './s3/settings.js'

/** Settings of individual places. */
export type PlaceOptions = S3Options

/** Settings of remote places. */
export interface PlaceSettings extends NetSettings, PlaceOptions {}

/** Settings of an output. */
export interface SinkSettings extends PlaceSettings {
  /** Replace an existing file or object. */
  overwrite?: boolean
}

/** Settings of a change. */
export interface ChangeSettings extends PlaceSettings {
  /**
   * Also change objects in a store that ignores conditions, so the last of two writers wins. Only safe if
   * nothing else writes to the object.
   */
  unsafeNoCas?: boolean
}
