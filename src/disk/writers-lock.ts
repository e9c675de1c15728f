// Waits for the writers' lock of an archive, past readers that hold it as well.

import { BlpkError } from '../core/errors.js'
import { attempt, ioError, isNameTooLong } from '../core/io-errors.js'
import { lockMode, mayLock } from './b2lock.js'
import { type Disk, type FileFacts, sameFile } from './disk.js'
import { type LockWait, pauseBetweenTries } from './file-lock.js'
import { namesBeside } from './names.js'
import type { Note } from './note.js'

const LOCK_ENDING = '.blpk-lock'
/** How long readers' locks are waited for before they are passed over, in milliseconds. */
const PATIENCE_MS = 200

/** How the lock of an archive is waited for. */
export interface ArchiveLockWait extends LockWait {
  note?: Note | undefined
  /** What is thrown when the time is over. */
  late: () => BlpkError
}

/** Where the lock file of an archive goes: always the same name on the same file system. */
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

/** A lock for writing cannot be shared, those of readers can. */
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
 * Only who may write to the archive may open its lock file.
 * @returns undefined where it was just removed or made
 * @throws BlpkError LOCKED where it is a stranger's, IO
 */
function openLockFile(disk: Disk, path: string, owner: FileFacts): number | undefined {
  const there = disk.find(path)
  if (there !== undefined && (!there.isFile || there.nlink > 1 || !mayLock(there, owner))) {
    const message = `'${path}' is where a lock file of blpk goes, and belongs to somebody else: have it removed`
    throw new BlpkError('LOCKED', message, { path })
  }
  try {
    return there === undefined ? createLockFile(disk, path, owner) : disk.open(path, 'r+')
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // Windows says so of a file that is going to be removed.
    if (['EEXIST', 'ENOENT', 'EBUSY'].includes(code)) return undefined
    throw ioError(error, 'open', path)
  }
}

/**
 * Takes the lock where somebody who may only read the archive holds one for reading, which keeps every writer's out: of
 * a file that readers cannot open, and as a shared one of the archive, so that a writer who finds no reader there sees us.
 * @returns a function that lets go of it; undefined where another writer has it
 */
async function lockBesideReaders(disk: Disk, fd: number, path: string): Promise<(() => void) | undefined> {
  if (!(await isHeldByReaders(disk, path))) return undefined
  const file = lockFileOf(disk, path)
  const own = openLockFile(disk, file, disk.facts(fd))
  if (own === undefined) return undefined
  let keep = false
  try {
    // Whoever had it has removed the file since, if the name leads to another one now.
    if (!(await disk.tryLock(own)) || !sameFile(disk.find(file), disk.facts(own))) return undefined
    keep = await disk.tryLock(fd, true)
    if (!keep) removeLockFile(disk, file)
  } finally {
    if (!keep) disk.close(own)
  }
  if (!keep) return undefined
  return () => {
    removeLockFile(disk, file)
    disk.close(own)
  }
}

function removeLockFile(disk: Disk, file: string): void {
  try {
    disk.unlink(file)
  } catch {
    // Left behind it does no harm.
  }
}

/**
 * Waits for the writers' lock of an open archive.
 * @param path of the archive, all links resolved
 * @returns a function that is called once the archive was closed, which frees the lock
 * @throws what `late` gives; BlpkError LOCKED, UNSUPPORTED, IO; the signal's reason
 */
export async function waitForArchiveLock(
  disk: Disk,
  fd: number,
  path: string,
  wait: ArchiveLockWait,
): Promise<() => void> {
  const patience = Math.min(wait.end, performance.now() + PATIENCE_MS)
  for (;;) {
    if (await disk.tryLock(fd)) return () => {}
    const now = performance.now()
    const unlock = now < patience ? undefined : await lockBesideReaders(disk, fd, path)
    if (unlock !== undefined) {
      wait.note?.(`somebody who only reads '${path}' holds a lock on it, which was passed over`)
      return unlock
    }
    if (now >= wait.end) throw wait.late()
    await pauseBetweenTries(wait)
  }
}
