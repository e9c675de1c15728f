// Rolls back the changes of killed writers, and sets invalid journals aside.

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

/** Text of a journal without control characters. */
function harmless(text: string): string {
  return text.slice(0, MAX_SHOWN).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
}

/** The process that started a change, and when. */
export function describeHolder({ pid, host, started }: JournalFacts): string {
  return `process ${pid} on ${harmless(host)}, started ${harmless(started)}`
}

/** Whether a writer without a lock seems to be alive. It may be on another machine. */
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
  throw new BlpkError(
    'LOCKED',
    `'${path}' belongs to ${describeHolder(journal.facts)}, which took no lock on the archive`,
  )
}

/** Undoes the change of a journal for good. The journal is closed and removed. */
export function rollBack(disk: Disk, fd: number, path: string, journal: Journal): void {
  try {
    journal.apply(fd)
  } finally {
    journal.close()
  }
  removeJournal(disk, path)
}

/** @param why it is invalid */
function setAside(disk: Disk, path: string, why: string, note?: Note): void {
  const aside = asideOf(path, disk)
  try {
    disk.rename(path, aside)
    disk.syncDirectory(dirname(path))
  } catch (error) {
    const { message } = ioError(error, 'set aside', path)
    const help =
      'ask its owner or root to remove it, or move the archive to a directory where others cannot create files'
    throw new BlpkError(
      'IO',
      `${message}; it has the name of the journal, but ${why}: ${help}`,
      { path },
      error,
    )
  }
  note?.(`'${path}' was set aside as '${aside}': ${why}`)
}

/** Why a journal is invalid. */
const WHY: Record<'foreign' | 'alien', string> = {
  foreign: 'it is not a journal of this archive in its current state',
  alien: 'it is not a journal',
}

/**
 * The note for a reader who ignores a journal that may be valid.
 * @returns undefined if there is nothing to say
 */
export function describePassed(found: FoundJournal, path: string): string | undefined {
  const end = 'the archive is read as it is'
  switch (found.kind) {
    case 'stranger':
      return `'${path}' is not accepted as a journal (${found.why}); ${end}`
    case 'newer':
      return `the journal '${path}' has version ${found.version}, which this blpk does not know; ${end}, and may be half changed`
    case 'unreadable':
      return `the journal '${path}' cannot be read (${found.why}); ${end}, and may be half changed`
    default:
      return undefined
  }
}

/**
 * Restores an archive that was left in the middle of a change. Invalid journals are set aside under the name
 * `….stale`, and never applied.
 * @param fd the archive, open for writing and locked
 * @param path of its journal
 * @throws BlpkError IO if a journal can neither be read nor set aside; UNSUPPORTED for another version;
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
      note?.(`an interrupted change (${describeHolder(found.journal.facts)}) was rolled back`)
      return
    case 'torn':
      // It was incomplete when its writer stopped, so the archive is unchanged.
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
