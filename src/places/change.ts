// The only way to change a place: a file under its lock with a journal, an object by a conditional write.

import type { Replaceable } from '../bytes/editable.js'
import type { FindMutable } from '../bytes/mutable-parts.js'
import { interrupted, located } from '../core/errors.js'
import { type LockOptions, openForChange } from '../disk/changing-file.js'
import type { ChangeSettings } from '../store/settings.js'
import { inTurns, type TurnOptions } from './change-turns.js'
import { remoteOpener } from './registry.js'

/** How a change opens its place and waits for other writers. */
export interface PlaceChangeOptions extends LockOptions, ChangeSettings, TurnOptions {}

async function changeFile<T>(
  path: string,
  find: FindMutable,
  o: LockOptions,
  change: (place: Replaceable) => Promise<T>,
): Promise<T> {
  const file = await openForChange(path, find, o)
  try {
    return await change(file)
  } finally {
    file.close()
  }
}

/**
 * Changes a place in one atomic step: others never see it half done, even after a crash.
 *
 * A file is changed under the writers' lock, after rolling back what a killed writer left unfinished. An
 * object is replaced by a new version made from it, if it is still the version that was read. If other
 * writers were faster, the change starts over with their version.
 * @param place a path, or an address
 * @param find finds the parts that the change may alter while others have it open
 * @param change makes and commits the change; it may be called several times
 * @throws BlpkError what `change` throws; LOCKED if others write for longer than the timeout; NOT_FOUND, IO,
 * INTERRUPTED; for an object also DENIED and NETWORK, and UNKNOWN if it cannot be determined whether the
 * change was made
 */
export async function changePlace<T>(
  place: string,
  find: FindMutable,
  options: PlaceChangeOptions,
  change: (place: Replaceable) => Promise<T>,
): Promise<T> {
  const open = remoteOpener(place, options)
  try {
    if (open === undefined) return await changeFile(place, find, options, change)
    return await inTurns(place, open, change, options)
  } catch (error) {
    throw located(interrupted(error, options.signal))
  }
}
