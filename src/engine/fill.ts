// Lets a job read its input from a file itself.

import type { FilePlace } from '../bytes/file-place.js'
import { attempt } from '../core/io-errors.js'
import { readFully } from '../disk/fully.js'

/** Position of the input in a file; undefined if it is already in its area. */
export interface From {
  from?: FilePlace | undefined
}

/** @returns false if the file ends early @throws BlpkError IO */
export function fill({ from }: From, into: Uint8Array): boolean {
  if (from === undefined) return true
  return attempt('read', from.name, () => readFully(from.fd, into, from.position)) === into.length
}
