// Keeps writers away from an archive while a new file replaces it.

import type { FindMutable } from '../bytes/mutable-parts.js'
import { now } from '../core/clock.js'
import { BlpkError } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import {
  CLOSE_BEFORE_REPLACING,
  DEFAULT_LOCK_TIMEOUT,
  type LockOptions,
  openForChange,
} from './changing-file.js'
import { nodeDisk } from './disk.js'
import { journalOf } from './journal.js'
import { present } from './names.js'
import { distrust } from './trust.js'

/** Without a valid journal, no writer is in the middle of an append. */
function hasJournal(name: string, { disk = nodeDisk }: LockOptions): boolean {
  return attempt('open', name, () => {
    const path = disk.realpath(name)
    const [archive, journal] = [disk.find(path), present(disk, journalOf(path, disk))]
    return archive !== undefined && journal !== undefined && distrust(journal, archive) === undefined
  })
}

/**
 * Prepares the replacement of an archive: waits for writers, and keeps others out until it is replaced. A
 * journal of the old archive never applies to the new one.
 * @param find finds the parts of the old archive that a change may alter
 * @returns a function for {@link FileSinkOptions.beforeReplace}, which throws BlpkError LOCKED, INTERRUPTED,
 * IO
 */
export function replacing(find: FindMutable, o: LockOptions): (path: string) => Promise<() => void> {
  return async (path) => {
    try {
      const file = await openForChange(path, find, o, true)
      if (CLOSE_BEFORE_REPLACING) file.close()
      return () => file.close()
    } catch (error) {
      const waited = !(error instanceof BlpkError) || ['LOCKED', 'INTERRUPTED'].includes(error.code)
      // A file that cannot be opened for writing, or locked, is not being appended to either.
      if (waited || hasJournal(path, o)) throw error
      return () => {}
    }
  }
}

/** The same for the directory of a sparse frame, which other programs lock with a file in it. */
export function replacingDirectory(o: LockOptions): (path: string) => Promise<() => void> {
  return async (path) => {
    const { disk = nodeDisk, lockTimeout: seconds = DEFAULT_LOCK_TIMEOUT, signal, onNote: note } = o
    if (o.lock === false || disk.lockFrame === undefined) return () => {}
    const end = now() + seconds * 1000
    const owner = attempt('open', path, () => disk.find(path))
    if (owner === undefined) return () => {}
    return disk.lockFrame(path, path, { end, seconds, signal, note, owner, create: false })
  }
}
