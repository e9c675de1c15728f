// Files of h5py, netCDF4 and PyTables, and what these read of them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteSource } from '../../dist/bytes/byte-source.js'
import { parseJson } from '../../dist/core/json/value.js'
import { type H5File, openFile } from '../../dist/format/hdf5/structure/tree.js'

const FOLDER = join(import.meta.dirname, '../fixtures/h5/structure')

/** What a manifest says of an object. */
export interface ObjectFacts {
  attributes: Record<string, unknown>
  /** Only of groups: kind, then file and path as far as there are any. */
  links?: Record<string, string[]>
  /** The others only of datasets. */
  shape?: number[]
  maxshape?: (number | null)[]
  /** The repr of NumPy's descr; null if there is no such type. */
  dtype?: string | null
  chunks?: number[] | null
  filters?: [number, number[]][]
  /** Stored bytes of all items. */
  nbytes?: number
  /** Bytes of one item, in hexadecimal. */
  fill?: string
}

export interface H5Entry {
  path: string
  how: string
  objects: Record<string, ObjectFacts>
}

export const entries = parseJson(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as H5Entry[]

export function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, path)))
}

export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    name: 'test.h5',
    size: bytes.length,
    seekable: true,
    read(position, into) {
      const part = bytes.subarray(position, position + into.length)
      into.set(part)
      return part.length
    },
    close() {},
  }
}

export function open(path: string): Promise<H5File> {
  return openFile(sourceOf(bytesOf(path)))
}
