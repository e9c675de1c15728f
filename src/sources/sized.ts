// Sources that can be read at any position, as opposed to streams.

import type { ByteSource } from '../bytes/byte-source.js'
import { usage } from '../core/errors.js'

/** A source that can be read at any position. */
export interface SizedSource extends ByteSource {
  readonly size: number
}

/** @throws BlpkError USAGE for a source that can be read only once */
export function sizedSource(source: ByteSource): SizedSource {
  if (source.seekable && source.size !== undefined) return source as SizedSource
  throw usage(`'${source.name}' can only be read once; save it to a file first`)
}
