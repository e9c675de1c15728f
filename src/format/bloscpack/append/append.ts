// An append to an archive that is open for changes, with more room made for it if need be.

import type { Replaceable } from '../../../bytes/editable.js'
import type { PlainSource } from '../../../sources/plain.js'
import { appendIdsOf } from '../../append-ids.js'
import { Archive } from '../archive.js'
import { grownFront } from '../grow.js'
import type { ArchiveAppendOptions, ArchiveAppendResult } from './options.js'
import { growthFor, isNoRoom, onlyIdLacksRoom } from './plan.js'
import { appendWithRoom, resultOf } from './write.js'

/** Makes room if there is none, and appends to what then takes the place of the archive. */
async function appendGrowing(
  place: Replaceable,
  archive: Archive,
  source: PlainSource,
  added: number,
  o: ArchiveAppendOptions,
): Promise<ArchiveAppendResult> {
  const { pieces, end } = await grownFront(archive, growthFor(archive, source, added, o))
  const grown = await place.withFront(pieces, archive.chunksAt, end)
  try {
    const roomy = await Archive.open(grown.archive, o)
    const result = await appendWithRoom(grown.archive, roomy, source, added, o)
    await grown.publish()
    return { ...result, grown: true }
  } catch (error) {
    await grown.discard()
    throw error
  }
}

/**
 * Appends to an archive: the last chunk is filled up, new ones follow, and header, offsets and metadata are changed in
 * place (Bloscpack README, "Appending").
 * @param source of known size
 * @throws BlpkError NO_ROOM, USAGE, DAMAGED, CHECKSUM, …; the archive is then as it was
 */
export async function appendToArchive(
  place: Replaceable,
  source: PlainSource,
  o: ArchiveAppendOptions,
): Promise<ArchiveAppendResult> {
  const archive = await Archive.open(place, o)
  const added = source.size ?? 0
  if (o.appendId !== undefined && appendIdsOf(archive.metadata).includes(o.appendId)) {
    return { ...resultOf(archive, 0, archive.header), grown: false, skipped: true }
  }
  try {
    return { ...(await appendWithRoom(place, archive, source, added, o)), grown: false }
  } catch (error) {
    if (!isNoRoom(error)) throw error
    if (o.grow !== true && !(await onlyIdLacksRoom(archive, source, added, o))) throw error
    // Nothing of the source was read yet: room is looked for before the first write.
    return appendGrowing(place, archive, source, added, o)
  }
}
