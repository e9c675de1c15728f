// What callers may set for places that are not on this machine: retries, addresses, and what to overwrite.

import type { NetSettings } from '../net/retry.js'
import type { S3Options } from './s3/settings.js'

/** What single places may be told. */
export type PlaceOptions = S3Options

/** Settings of places that are not on this machine. */
export interface PlaceSettings extends NetSettings, PlaceOptions {}

/** Settings of an output. */
export interface SinkSettings extends PlaceSettings {
  /** Replace what is there. */
  overwrite?: boolean
}

/** Settings of a change. */
export interface ChangeSettings extends PlaceSettings {
  /**
   * Change objects of a store too that ignores conditions, and so lets the last of two writers win. Only
   * right where nobody else writes to the object.
   */
  unsafeNoCas?: boolean
}
