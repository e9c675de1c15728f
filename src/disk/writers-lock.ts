// Waits for the writers' lock of an archive, even if readers hold it.

import { now } from '../core/clock.js'
import { BlpkError } from '../core/errors.js'
import { attempt, ioError, isNameTooLong } from '../core/io-errors.js'
import { lockMode, mayLock } from './b2lock.js'
import { type Disk, type FileFacts, sameFile } from './disk.js'
import { type LockWait, pauseBetweenTries } from './file-lock.js'
import { namesBeside } from './names.js'
import type { Note } from './note.js'

const LOCK_ENDING = '.blpk-lock'
/** How long to wait for readers' locks before ignoring them, in milliseconds. */
const PATIENCE_MS = 200

/** How to wait for the lock of an archive. */
export interface ArchiveLockWait extends LockWait {
  note?: Note | undefined
  /** The error after the timeout. */
  late: () => BlpkError
}

/** Path of the lock file of an archive: always the same name on the same file system. */
function lockFileOf(disk: Disk, path: string): string {
  const { plain, short } = namesBeside(path, LOCK_ENDING)
  if (short === undefined) return plain
  try {
    disk.find(plain)
    return plain
  } catch (error) {
    if (isNameTooLong(error)) return short
    throw error
  }
}

/** A write lock is exclusive, read locks are not. */
async function isHeldByReaders(disk: Disk, path: string): Promise<boolean> {
  const fd = attempt('open', path, () => disk.open(path, 'r'))
  try {
    return await disk.tryLock(fd, true)
  } finally {
    disk.close(fd)
  }
}

function createLockFile(disk: Disk, path: string, owner: FileFacts): number {
  const mode = lockMode(owner)
  const fd = disk.open(path, 'wx+', 0o600)
  disk.dress(fd, mode, owner)
  return fd
}

/**
 * Only writers of the archive may open its lock file.
 * @returns undefined if it was just removed or created
 * @throws BlpkError LOCKED if it belongs to another user; IO
 */
function openLockFile(disk: Disk, path: string, owner: FileFacts): number | undefined {
  const there = disk.find(path)
  if (there !== undefined && (!there.isFile || there.nlink > 1 || !mayLock(there, owner))) {
    const message = `'${path}' has the name of a blpk lock file, but belongs to another user: ask for its removal`
    throw new BlpkError('LOCKED', message, { path })
  }
  try {
    return there === undefined ? createLockFile(disk, path, owner) : disk.open(path, 'r+')
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // Windows reports this for a file that is about to be removed.
    if (['EEXIST', 'ENOENT', 'EBUSY'].includes(code)) return undefined
    throw ioError(error, 'open', path)
  }
}

/**
 * Takes the lock although a user with only read access holds a read lock on the archive, which would keep
 * every writer out. The lock is taken on a file that such readers cannot open, and as a shared lock of the
 * archive, so that writers who find no reader there see us.
 * @returns a function that releases it; undefined if another writer has it
 */
async function lockBesideReaders(
  disk: Disk,
  fd: number,
  path: string,
  note: Note | undefined,
): Promise<(() => void) | undefined> {
  if (!(await isHeldByReaders(disk, path))) return undefined
  const file = lockFileOf(disk, path)
  const own = openLockFile(disk, file, disk.facts(fd))
  if (own === undefined) return undefined
  let isFree = false
  let keep = false
  try {
    // If the name refers to another file now, its last holder has removed this one.
    if (!(await disk.tryLock(own)) || !sameFile(disk.find(file), disk.facts(own))) return undefined
    // Whoever held it may have been a writer that has just released it.
    isFree = await disk.tryLock(fd)
    keep = !isFree && (await disk.tryLock(fd, true))
    if (!keep) removeLockFile(disk, file)
  } finally {
    if (!keep) disk.close(own)
  }
  if (isFree) return () => {}
  if (!keep) return undefined
  note?.(`a user who can only read '${path}' holds a lock on it, which was ignored`)
  return () => {
    removeLockFile(disk, file)
    disk.close(own)
  }
}

function removeLockFile(disk: Disk, file: string): void {
  try {
    disk.unlink(file)
  } catch {
    // Harmless if it stays.
  }
}

/**
 * Waits for the writers' lock of an open archive.
 * @param path of the archive, with all links resolved
 * @returns a function to call after closing the archive, which releases the lock
 * @throws the error of `late`; BlpkError LOCKED, UNSUPPORTED, IO; the signal's reason
 */
export async function waitForArchiveLock(
  disk: Disk,
  fd: number,
  path: string,
  wait: ArchiveLockWait,
): Promise<() => void> {
  const patience = Math.min(wait.end, now() + PATIENCE_MS)
  for (;;) {
    if (await disk.tryLock(fd)) return () => {}
    const time = now()
    const unlock = time < patience ? undefined : await lockBesideReaders(disk, fd, path, wait.note)
    if (unlock !== undefined) return unlock
    if (time >= wait.end) throw wait.late()
    await pauseBetweenTries(wait)
  }
}
