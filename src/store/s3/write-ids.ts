import { randomBytes } from 'node:crypto'

/** Where an object says which writes it came from: `x-amz-meta-blpk-write`, the latest first. */
const KEY = 'blpk-write'
const ID_BYTES = 12
/** Ids that are carried on, and the bytes of metadata that they may take: S3 has 2 KB for all of them. */
const MAX_IDS = 40
const MAX_BYTES = 1900

/** A name for one write, by which it is known again. */
export function newWriteId(): string {
  return randomBytes(ID_BYTES).toString('base64url')
}

/** Ids of the writes that an object came from, as far as it tells, the latest first. */
export function writeIdsOf(metadata: Readonly<Record<string, string>> | undefined): string[] {
  return (metadata?.[KEY] ?? '').split(',').filter((id) => id !== '')
}

/**
 * The name of a state of an object: its latest write, or its ETag where something else than blpk wrote it.
 * Every write onto it carries the name on.
 */
export function stateId(metadata: Readonly<Record<string, string>>, etag: string): string {
  return writeIdsOf(metadata)[0] ?? etag.replaceAll(/[",\s]/g, '')
}

/** Metadata of an object that is written anew. */
export function freshMetadata(id: string): Record<string, string> {
  return { [KEY]: id }
}

/**
 * Metadata of an object that comes from another state of it: as they were, and the id in front of those of
 * earlier writes, so that each write is known again though others came after it.
 * @param etag of the state before
 */
export function metadataAfterWrite(
  before: Readonly<Record<string, string>>,
  etag: string,
  id: string,
): Record<string, string> {
  const { [KEY]: _, ...others } = before
  const taken = Object.entries(others).reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  const earlier = writeIdsOf(before)
  let ids = id
  for (const next of [stateId(before, etag), ...earlier.slice(1)].slice(0, MAX_IDS - 1)) {
    // The state before must be there in any case: without it nobody could tell a lost write from a late one.
    if (ids !== id && taken + KEY.length + ids.length + 1 + next.length > MAX_BYTES) break
    ids += `,${next}`
  }
  return { ...others, [KEY]: ids }
}
