// Rolls back the changes of writers that were killed, and sets journals aside that do not count.

import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { BlpkError, unsupported } from '../core/errors.js'
import { ioError } from '../core/io-errors.js'
import type { Disk } from './disk.js'
import { type FindOptions, type FoundJournal, findJournal, isWhole } from './find-journal.js'
import { asideOf, removeJournal } from './journal.js'
import type { JournalFacts } from './journal-format.js'
import type { Note } from './note.js'
import type { Journal } from './open-journal.js'

const MAX_SHOWN = 80

/** What a journal says, without what would do something to a terminal. */
function harmless(text: string): string {
  return text.slice(0, MAX_SHOWN).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
}

/** Who began a change, and when. */
export function describeHolder({ pid, host, started }: JournalFacts): string {
  return `process ${pid} on ${harmless(host)}, begun ${harmless(started)}`
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
  throw new BlpkError('LOCKED', `'${path}' belongs to ${describeHolder(journal.facts)}, which took no lock`)
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

/** @param why it does not count */
function setAside(disk: Disk, path: string, why: string, note?: Note): void {
  const aside = asideOf(path, disk)
  try {
    disk.rename(path, aside)
    disk.syncDirectory(dirname(path))
  } catch (error) {
    const { message } = ioError(error, 'set aside', path)
    const help = 'have its owner or root remove it, or move the archive where others cannot create files'
    throw new BlpkError(
      'IO',
      `${message}; it has the name of the journal, but ${why}: ${help}`,
      { path },
      error,
    )
  }
  note?.(`'${path}' was set aside as '${aside}': ${why}`)
}

/** Why a journal does not count. */
const WHY: Record<'foreign' | 'alien', string> = {
  foreign: 'it is not a journal of this archive as it is now',
  alien: 'it is not a journal',
}

/**
 * What is to be said to who reads past a journal that may mean something.
 * @returns undefined where there is nothing to say
 */
export function describePassed(found: FoundJournal, path: string): string | undefined {
  const end = 'the archive is read as it is'
  switch (found.kind) {
    case 'stranger':
      return `'${path}' does not count as a journal (${found.why}); ${end}`
    case 'newer':
      return `the journal '${path}' has version ${found.version}, which this blpk does not know; ${end}, and may be half changed`
    case 'unreadable':
      return `the journal '${path}' cannot be read (${found.why}); ${end}, and may be half changed`
    default:
      return undefined
  }
}

/**
 * Brings an archive that was left in the middle of a change back to what it was before. Journals that do not count
 * are set aside under the name `….stale`, and never applied.
 * @param fd the archive, open for writing and locked
 * @param path of its journal
 * @throws BlpkError IO where a journal can neither be read nor set aside, UNSUPPORTED where it is of another version,
 * INTERRUPTED
 */
export async function recover(
  disk: Disk,
  fd: number,
  path: string,
  o: FindOptions & { onNote?: Note | undefined },
): Promise<void> {
  const { onNote: note } = o
  const found = await findJournal(disk, fd, path, o)
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
    case 'newer':
      if (!(await isWhole(disk, path, o.signal))) return removeJournal(disk, path)
      throw unsupported(
        `the journal '${path}' has version ${found.version}: open the archive with the newer blpk that wrote it`,
        { path },
      )
    case 'unreadable':
      throw new BlpkError('IO', `cannot read the journal '${path}': ${found.why}`, { path })
    case 'stranger':
      return setAside(disk, path, found.why, note)
    default:
      setAside(disk, path, WHY[found.kind], note)
  }
}
