// The first fields of a datatype message, which all classes have
// (HDF5 File Format Specification 4.0, IV.A.2.d).

import type { Cursor } from '../bytes/cursor.js'
import type { Datatype } from './datatype.js'

/** The head of a datatype, and what its class needs to parse the rest. */
export interface TypeHead {
  readonly version: number
  /** 24 bits whose meaning depends on the class. */
  readonly flags: number
  /** Of an item, in bytes. */
  readonly size: number
  /** Parses a type within this one. */
  readonly inner: (cursor: Cursor) => Datatype
}
