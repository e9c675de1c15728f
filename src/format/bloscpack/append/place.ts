import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VersionedEditable } from '../../../bytes/editable.js'
import { interrupted, located } from '../../../core/errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { inTurns } from '../../../engine/change-turns.js'
import { closeSpooled, spoolWhere } from '../../../engine/spool.js'
import { remoteOpener } from '../../../places/registry.js'
import type { PlainSource } from '../../../sources/plain.js'
import type { ChangeSettings } from '../../../store/settings.js'
import { concat } from '../../joined-source.js'
import { again, READ_AGAIN } from '../../rereadable.js'
import { sourceList } from '../../source-list.js'
import { Archive } from '../archive.js'
import { grownFront } from '../grow.js'
import { appendOnce } from './append-once.js'
import { appendToFile } from './file.js'
import { type AppendOptions, type AppendResult, checkAppendOptions } from './options.js'
import { growthFor } from './plan.js'
import { appendWithRoom } from './write.js'

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
  at: PlaceName,
  source: PlainSource | readonly PlainSource[],
  options: AppendOptions & ChangeSettings = {},
): Promise<AppendResult> {
  const place = placeName(at)
  checkAppendOptions(options)
  const open = remoteOpener(place, options)
  if (open === undefined) return appendToFile(place, source, options)
  const sources = sourceList(source)
  let ready: readonly PlainSource[] = []
  try {
    ready = await spoolWhere(sources, READ_AGAIN, join(tmpdir(), 'blpk-append'))
    const append = (object: VersionedEditable): Promise<AppendResult> =>
      appendOnce(object, concat(ready.map(again)), options, appendGrowing)
    return await inTurns(place, open, append, options)
  } catch (error) {
    throw located(interrupted(error, options.signal))
  } finally {
    await closeSpooled(ready, sources)
  }
}
