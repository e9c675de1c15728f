import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_LOCK_TIMEOUT } from '../../disk/changing-file.js'
import type { VersionedEditable } from '../../disk/editable.js'
import { BlpkError } from '../../errors.js'
import { type ChangeSettings, remoteOpener } from '../../places.js'
import { BytesPlainSource, type PlainSource } from '../../sources/plain.js'
import { Archive } from '../archive.js'
import { concat } from '../concat.js'
import { grownFront } from '../grow.js'
import { interrupted } from '../pack.js'
import { closeSpooled, type Need, spoolWhere } from '../spool.js'
import { located } from '../unpack.js'
import { appendToFile } from './file.js'
import { appendOnce } from './once.js'
import { type AppendOptions, type AppendResult, checkAppendOptions } from './options.js'
import { growthFor } from './plan.js'
import { Turns } from './turns.js'
import { appendWithRoom } from './write.js'

/** A source that can be read more than once. */
const READ_AGAIN: Need = (source) =>
  source instanceof BytesPlainSource && source.seekable && source.size !== undefined

/** The same bytes from the start on. */
function again(source: PlainSource): PlainSource {
  const { size = 0, metadata } = source
  return source instanceof BytesPlainSource ? source.slice(0, size, metadata) : source
}

async function appendGrowing(
  object: VersionedEditable,
  archive: Archive,
  source: PlainSource,
  added: number,
  o: AppendOptions,
): Promise<AppendResult> {
  const { pieces, end } = await grownFront(archive, growthFor(archive, source, added, o))
  object.replaceFront(Buffer.concat(pieces), archive.chunksAt, end)
  const grown = await Archive.open(object, o)
  return { ...(await appendWithRoom(object, grown, source, added, o)), grown: true }
}

/** Did an append fail only because somebody else was quicker? Then nothing of it was written. */
async function isLost(error: unknown, object: VersionedEditable, o: AppendOptions): Promise<boolean> {
  if (!(error instanceof BlpkError)) return false
  if (error.code === 'CHANGED') return error.place.path === object.name
  // With an id the new version tells whether it is there.
  if (error.code === 'UNKNOWN') return o.appendId !== undefined
  // A store may answer with pieces of two versions while one takes the place of the other.
  return ['DAMAGED', 'CHECKSUM'].includes(error.code) && !(await object.isCurrent())
}

/** @returns undefined where somebody else was quicker */
async function tryAppend(
  object: VersionedEditable,
  sources: readonly PlainSource[],
  o: AppendOptions,
): Promise<AppendResult | undefined> {
  try {
    return await appendOnce(object, concat(sources.map(again)), o, appendGrowing)
  } catch (error) {
    if (await isLost(error, object, o)) return undefined
    throw error
  } finally {
    await object.close()
  }
}

/**
 * Appends one or more sources to an archive, all of them or nothing.
 *
 * In a file as {@link appendToFile} does. An object of a store (`s3://…`) is replaced by one made out of it, if it
 * still is the version that was read: what is kept is copied within the store, the front and what is new are sent.
 * Who finds that others were quicker starts over with theirs, for up to `lockTimeout` seconds; an append whose
 * answer was lost is looked for before it is tried again. Sources that can be read only once are brought into
 * temporary files first.
 * @param place a path, or `s3://bucket/key`
 * @throws BlpkError NO_ROOM, USAGE, DAMAGED, CHECKSUM, IO as {@link appendToFile}; LOCKED where others were quicker
 * for longer than the timeout, or the store ignores conditions; NOT_FOUND, DENIED, NETWORK, INTERRUPTED; UNKNOWN
 * where nobody can tell whether the append was made. The archive is as it was then, but for the last one
 */
export async function appendTo(
  place: string,
  source: PlainSource | readonly PlainSource[],
  options: AppendOptions & ChangeSettings = {},
): Promise<AppendResult> {
  checkAppendOptions(options)
  const open = remoteOpener(place, options)
  if (open === undefined) return appendToFile(place, source, options)
  const sources: readonly PlainSource[] = 'read' in source ? [source] : source
  const turns = new Turns(place, options.lockTimeout ?? DEFAULT_LOCK_TIMEOUT, options.signal)
  let ready: readonly PlainSource[] = []
  try {
    ready = await spoolWhere(sources, READ_AGAIN, join(tmpdir(), 'blpk-append'))
    for (;;) {
      const result = await tryAppend(await open(), ready, options)
      if (result !== undefined) return result
      await turns.next()
    }
  } catch (error) {
    throw located(interrupted(error, options.signal))
  } finally {
    await closeSpooled(ready, sources)
  }
}
