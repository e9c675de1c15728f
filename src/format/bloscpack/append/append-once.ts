import type { Editable } from '../../../bytes/editable.js'
import type { PlainSource } from '../../../sources/plain.js'
import { appendIdsOf } from '../../append-ids.js'
import { Archive } from '../archive.js'
import type { AppendOptions, AppendResult } from './options.js'
import { isNoRoom, onlyIdLacksRoom } from './plan.js'
import { appendWithRoom, resultOf } from './write.js'

/**
 * Appends to an archive that is open for changes.
 * @param growing appends to it where there is no room, and makes some: asked for, or where only the id lacks it
 */
export async function appendOnce<E extends Editable>(
  file: E,
  source: PlainSource,
  o: AppendOptions,
  growing: (
    file: E,
    archive: Archive,
    source: PlainSource,
    added: number,
    o: AppendOptions,
  ) => Promise<AppendResult>,
): Promise<AppendResult> {
  const archive = await Archive.open(file, o)
  const added = source.size ?? 0
  if (o.appendId !== undefined && appendIdsOf(archive.metadata).includes(o.appendId)) {
    return { ...resultOf(archive, 0, archive.header), grown: false, skipped: true }
  }
  try {
    return { ...(await appendWithRoom(file, archive, source, added, o)), grown: false }
  } catch (error) {
    if (!isNoRoom(error)) throw error
    if (o.grow !== true && !(await onlyIdLacksRoom(archive, source, added, o))) throw error
    // Nothing of the source was read yet: room is looked for before the first write.
    return growing(file, archive, source, added, o)
  }
}
