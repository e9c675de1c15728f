// The one way to change what is in a place: a file under its lock with a journal, an object by a conditional
// write.

import type { Replaceable } from '../bytes/editable.js'
import type { FindMutable } from '../bytes/mutable-parts.js'
import { interrupted, located } from '../core/errors.js'
import { type LockOptions, openForChange } from '../disk/changing-file.js'
import type { ChangeSettings } from '../store/settings.js'
import { inTurns, type TurnOptions } from './change-turns.js'
import { remoteOpener } from './registry.js'

/** How a change finds its place, and waits for others. */
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
 * Changes what stands in a place, in one step that others and a crash never see half done.
 *
 * A file is changed under the writers' lock; what a killed writer left undone is put back first. An object of a store is
 * replaced by one made out of it, if it still is the version that was read: a change that finds that others were quicker
 * starts over with what they made of it.
 * @param place a path, or an address
 * @param find says what the change may alter of what others have open
 * @param change makes the change, and commits it; it may be called several times
 * @throws BlpkError what `change` throws; LOCKED if others write for longer than the timeout, NOT_FOUND, IO, INTERRUPTED;
 * of an object also DENIED and NETWORK, and UNKNOWN if nobody can tell whether the change was made
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
