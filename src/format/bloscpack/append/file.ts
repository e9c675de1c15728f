import { interrupted, located } from '../../../core/errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { type ChangingFile, HiddenFile, openForChange } from '../../../disk/changing-file.js'
import { nodeDisk } from '../../../disk/disk.js'
import { closeSpooled, spoolWhere } from '../../../engine/spool.js'
import type { PlainSource } from '../../../sources/plain.js'
import { concat } from '../../joined-source.js'
import { sourceList } from '../../source-list.js'
import { Archive } from '../archive.js'
import { growBeside } from '../grow.js'
import { findMutable } from '../mutable.js'
import { appendOnce } from './append-once.js'
import { type AppendOptions, type AppendResult, checkAppendOptions } from './options.js'
import { growthFor } from './plan.js'
import { appendWithRoom } from './write.js'

/** Appends to a copy with more room, which then takes the place of the archive. */
async function appendGrowing(
  file: ChangingFile,
  archive: Archive,
  source: PlainSource,
  added: number,
  o: AppendOptions,
): Promise<AppendResult> {
  const { disk = nodeDisk } = o
  file.checkSingleName()
  const sink = await growBeside(file, growthFor(archive, source, added, o))
  try {
    const hidden = new HiddenFile(disk, sink.fd, file.name)
    const result = await appendWithRoom(hidden, await Archive.open(hidden, o), source, added, o)
    await file.replaceBy(sink)
    return { ...result, grown: true }
  } catch (error) {
    sink.discard()
    throw error
  }
}

/**
 * Appends one or more sources to an archive in a file, all of them or nothing: the last chunk is filled up, new
 * ones follow, and header, offsets and metadata are changed in place (Bloscpack README, "Appending"). The call
 * waits for other writers. What is overwritten is in a journal beside the archive until everything was flushed:
 * a process or machine that stops in between leaves the archive as it was, for whoever opens it next. A source
 * of unknown size is brought into a temporary file first.
 * @throws BlpkError NO_ROOM where offsets or metadata do not fit, USAGE where the data do not go together, LOCKED
 * where others write for longer than the timeout, DAMAGED or CHECKSUM where the archive is not sound; the
 * archive is then as it was
 */
export async function appendToFile(
  place: PlaceName,
  source: PlainSource | readonly PlainSource[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const path = placeName(place)
  checkAppendOptions(options)
  const sources = sourceList(source)
  const known = await spoolWhere(sources, ({ size }) => size !== undefined, path)
  try {
    const all = concat(known)
    const file = await openForChange(path, findMutable, options)
    try {
      return await appendOnce(file, all, options, appendGrowing)
    } finally {
      file.close()
    }
  } catch (error) {
    throw located(interrupted(error, options.signal))
  } finally {
    await closeSpooled(known, sources)
  }
}
