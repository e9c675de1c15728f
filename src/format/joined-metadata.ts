// Metadata of what is joined: those of the first part, in which the shape of an array grows.

import { unsupported, usage } from '../core/errors.js'
import { membersOf } from '../core/json/edit.js'
import type { PlainSource } from '../sources/plain.js'
import { metadataAfter } from './array-metadata.js'

/** As much of something to be joined as its metadata are about. */
export interface Joinable {
  name: string
  /** Plain bytes; undefined if it does not know. */
  nbytes: number | undefined
  /** JSON text. */
  metadata: string | undefined
}

/** Plain bytes of a part. @throws BlpkError UNSUPPORTED if it does not record its size */
export function sizeOf({ name, nbytes }: Joinable): number {
  if (nbytes !== undefined) return nbytes
  throw unsupported('the archive was written to a pipe and does not record its size: pack it to a file', {
    path: name,
  })
}

/** As much of a source as the rules for appending look at. */
function described({ name, nbytes, metadata }: Joinable): PlainSource {
  return { name, size: nbytes, typesize: undefined, metadata, sample, read: () => 0, close() {} }
}

function sample(): Uint8Array {
  return new Uint8Array(0)
}

/**
 * Metadata of the whole.
 * @throws BlpkError USAGE if arrays do not go together, or other metadata differ
 */
export function joinedMetadata(parts: readonly Joinable[]): string | undefined {
  const [first, ...others] = parts
  let metadata = first?.metadata
  for (const part of others) {
    const grown = metadataAfter({ metadata }, described(part), sizeOf(part), {})
    const isOther = part.metadata !== undefined && part.metadata !== metadata
    if (grown === undefined && isOther && !isArray(metadata))
      throw usage(`'${part.name}' has different metadata from '${first?.name}' (-m sets new metadata)`)
    metadata = grown ?? metadata
  }
  return metadata
}

function isArray(metadata: string | undefined): boolean {
  const members = metadata === undefined ? undefined : membersOf(metadata, ['container'])
  return members?.at(-1)?.value === '"numpy"'
}
