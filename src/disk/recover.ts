import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { BlpkError } from '../errors.js'
import type { Disk } from './disk.js'
import { findJournal, type Journal, removeJournal } from './journal.js'
import type { JournalFacts } from './journal-format.js'

/** Told of what is worth knowing, one line each. */
export type Note = (message: string) => void

/** Who began a change, and when. */
export function describeHolder({ pid, host, started }: JournalFacts): string {
  return `process ${pid} on ${host}, begun ${started}`
}

/** Is a writer without a lock still at work, as far as that can be told? Its process may be on another machine. */
export function mayBeAtWork({ pid, host, locked }: JournalFacts, otherHosts: boolean): boolean {
  if (locked || pid === process.pid) return false
  if (host !== hostname()) return otherHosts
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function refuseAtWork(journal: Journal, path: string): void {
  if (!mayBeAtWork(journal.facts, false)) return
  journal.close()
  throw new BlpkError('LOCKED', `'${path}' belongs to ${describeHolder(journal.facts)}, with --no-lock`)
}

/** Undoes the change of a journal, for good. The journal is closed and removed. */
export function rollBack(disk: Disk, fd: number, path: string, journal: Journal): void {
  try {
    journal.apply(fd)
  } finally {
    journal.close()
  }
  removeJournal(disk, path)
}

/**
 * Brings an archive that was left in the middle of a change back to what it was before. Journals that are not
 * of this archive are set aside under the name `….stale`, and never applied.
 * @param fd the archive, open for writing and locked
 * @param path of its journal
 * @throws BlpkError IO where something that is no file lies in the journal's place
 */
export async function recover(disk: Disk, fd: number, path: string, note?: Note): Promise<void> {
  const found = await findJournal(disk, fd, path)
  switch (found.kind) {
    case 'none':
      return
    case 'hot':
      refuseAtWork(found.journal, path)
      rollBack(disk, fd, path, found.journal)
      note?.(`a change that did not come to its end (${describeHolder(found.journal.facts)}) was rolled back`)
      return
    case 'torn':
      // It was not whole when its writer stopped, so the archive was not touched.
      removeJournal(disk, path)
      return
    case 'obstacle':
      throw new BlpkError('IO', `'${path}' is where the journal goes, and no regular file: remove it`, {
        path,
      })
    default:
      disk.rename(path, `${path}.stale`)
      disk.syncDirectory(dirname(path))
      note?.(`'${path}' is no journal of this archive as it is now, and was set aside as '${path}.stale'`)
  }
}
