// What all datatype messages begin with (HDF5 File Format Specification 4.0, IV.A.2.d).

import { Put } from './put.js'

/** Numbers of the classes of types. */
export const CLASS = {
  fixedPoint: 0,
  floatingPoint: 1,
  string: 3,
  opaque: 5,
  compound: 6,
  enumeration: 8,
  variableLength: 9,
  array: 10,
} as const

/** Arrays are of version 2, and so is what holds them; all others are of version 1, which is the oldest. */
export type TypeVersion = 1 | 2

/** What a type depends on, besides its class. */
interface Head {
  /** Default: 1. */
  readonly version?: TypeVersion
  /** The 24 bits of the class. */
  readonly bits: number
  /** Of an item, in bytes. */
  readonly size: number
}

export function typeHead(kind: keyof typeof CLASS, { version = 1, bits, size }: Head): Put {
  return new Put()
    .u8((version << 4) | CLASS[kind])
    .uint(bits, 3)
    .u32(size)
}
