// Ids of writes, kept with objects. After a lost response, they tell a writer whether its write took effect.

import { randomBytes } from 'node:crypto'
import type { Metadata, Traits } from './object-store.js'

/** The metadata key under which an object lists the writes that it came from, latest first. */
const KEY = 'blpk-write'
const ID_BYTES = 12
/** Number of ids that are kept, and their maximum size in bytes: the strictest stores allow 2 KB in total. */
const MAX_IDS = 40
const MAX_BYTES = 1900

/** A new id for one write. */
export function newWriteId(): string {
  return randomBytes(ID_BYTES).toString('base64url')
}

/** Ids of the writes that an object came from, if any, latest first. */
export function writeIdsOf(metadata: Metadata | undefined): string[] {
  return (metadata?.[KEY] ?? '').split(',').filter((id) => id !== '')
}

/**
 * The id of a state of an object: its latest write, or its version if something other than blpk wrote it.
 * Every write based on it passes the id on.
 */
export function stateId(metadata: Metadata, version: string): string {
  return writeIdsOf(metadata)[0] ?? version.replaceAll(/[",\s]/g, '')
}

/** Traits of a new object. */
export function freshTraits(id: string): Traits {
  return { metadata: { [KEY]: id } }
}

/**
 * Metadata of an object that is based on another state: the same, with the new id before those of earlier
 * writes, so that each write can be recognised even after later ones.
 * @param version of the previous state
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
