// Bytes that a job reads from a file itself, before its work.

import type { FilePlace } from '../bytes/file-place.js'
import { attempt } from '../core/io-errors.js'
import { readFully } from '../disk/fully.js'

/** Where the bytes to work on are in a file; undefined where they are in their area already. */
export interface From {
  from?: FilePlace | undefined
}

/** @returns false where the file ends before @throws BlpkError IO */
export function fill({ from }: From, into: Uint8Array): boolean {
  if (from === undefined) return true
  return attempt('read', from.name, () => readFully(from.fd, into, from.position)) === into.length
}
