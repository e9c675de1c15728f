// Ids of writes, kept with objects: they tell a writer that lost an answer if its write took effect.

import { randomBytes } from 'node:crypto'
import type { Metadata, Traits } from './object-store.js'

/** The name in an object's metadata under which it says which writes it came from, the latest first. */
const KEY = 'blpk-write'
const ID_BYTES = 12
/** Ids that are carried on, and the bytes of metadata that they may take: the strictest stores have 2 KB for all. */
const MAX_IDS = 40
const MAX_BYTES = 1900

/** A name for one write, by which it is known again. */
export function newWriteId(): string {
  return randomBytes(ID_BYTES).toString('base64url')
}

/** Ids of the writes that an object came from, as far as it tells, the latest first. */
export function writeIdsOf(metadata: Metadata | undefined): string[] {
  return (metadata?.[KEY] ?? '').split(',').filter((id) => id !== '')
}

/**
 * The name of a state of an object: its latest write, or its version if something else than blpk wrote it.
 * Every write onto it carries the name on.
 */
export function stateId(metadata: Metadata, version: string): string {
  return writeIdsOf(metadata)[0] ?? version.replaceAll(/[",\s]/g, '')
}

/** Traits of a new object. */
export function freshTraits(id: string): Traits {
  return { metadata: { [KEY]: id } }
}

/**
 * Metadata of an object that comes from another state of it: as they were, and the id in front of those of
 * earlier writes, so that each write is known again though others came after it.
 * @param version of the state before
 */
export function metadataAfterWrite(before: Metadata, version: string, id: string): Metadata {
  const { [KEY]: _, ...others } = before
  const taken = Object.entries(others).reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  const earlier = writeIdsOf(before)
  let ids = id
  for (const next of [stateId(before, version), ...earlier.slice(1)].slice(0, MAX_IDS - 1)) {
    // The state before must be there in any case: without it nobody could tell a lost write from a late one.
    if (ids !== id && taken + KEY.length + ids.length + 1 + next.length > MAX_BYTES) break
    ids += `,${next}`
  }
  return { ...others, [KEY]: ids }
}
