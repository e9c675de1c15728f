// Takes C-Blosc2's own lock of a frame (`.b2lock`), which keeps other programs from writing to it.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { now } from '../core/clock.js'
import { BlpkError } from '../core/errors.js'
import { ioError, isNameTooLong } from '../core/io-errors.js'
import { canLockFiles, type LockWait, pauseBetweenTries, waitForFileLock } from './file-lock.js'
import { readFully } from './fully.js'
import { resolvedPath } from './links.js'
import type { Note } from './note.js'

/** C-Blosc2's lock file: 8 unused bytes, and a counter of locks (README_CFRAME_FORMAT). */
export const LOCK_SUFFIX = '.b2lock'
const COUNTER_AT = 8
const COUNTER_BYTES = 8
const LOCK_FILE_BYTES = COUNTER_AT + COUNTER_BYTES

/** Owner of the frame, and who may write to it. */
export interface FrameOwner {
  uid: number
  gid: number
  /** Permissions. */
  mode: number
}

/** Parameters of C-Blosc2's lock. */
export interface FrameLockOptions extends LockWait {
  /** Owner of the frame. */
  owner: FrameOwner
  /** Create the lock file if there is none; otherwise nothing is locked then. */
  create: boolean
  /** Total waiting time, for messages. */
  seconds: number
  note?: Note | undefined
}

const NOT_MAKEABLE = ['EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR', 'ENOSPC', 'EDQUOT']
const FLAGS = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Writers of the frame may lock it; users who can only read it must not be able to keep others out. */
export function lockMode({ mode }: FrameOwner): number {
  const writers = mode & 0o222
  return writers === 0 ? 0o600 : writers | (writers << 1)
}

/** A lock file of a user who cannot change the frame means nothing, and would keep its owner out for ever. */
export function mayLock({ uid }: { uid: number }, owner: FrameOwner): boolean {
  if (process.platform === 'win32' || (owner.mode & 0o022) !== 0) return true
  return uid === owner.uid || uid === 0 || uid === process.geteuid?.()
}

function notALock(path: string, why: string): BlpkError {
  return new BlpkError('IO', `'${path}' has the name of the Blosc2 lock file, but ${why}: move it away`, {
    path,
  })
}

function checkLockFile(path: string, stat: Stats): void {
  if (!stat.isFile()) throw notALock(path, 'is not a regular file')
  if (stat.nlink > 1) throw notALock(path, 'has several hard links')
  if (stat.size > LOCK_FILE_BYTES) throw notALock(path, 'has other content')
}

function isSame(a: Stats | undefined, b: Stats): boolean {
  return a !== undefined && a.ino === b.ino && a.dev === b.dev
}

/** Root creates it for the frame's owner. The umask may have removed permissions that writers need. */
function dress(fd: number, owner: FrameOwner): void {
  try {
    if (process.geteuid?.() === 0) fchownSync(fd, owner.uid, owner.gid)
    fchmodSync(fd, lockMode(owner))
  } catch {
    // Some file systems have no owners or modes. A user who cannot open the file gets an error.
  }
}

/** Why no lock file could be opened: another process created it just now, or nobody can open it. */
type Unopened = 'nobody' | 'changed'

function create(path: string, owner: FrameOwner): number | Unopened {
  try {
    const fd = openSync(path, FLAGS | constants.O_CREAT | constants.O_EXCL, lockMode(owner))
    dress(fd, owner)
    return fd
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return 'changed'
    // If it cannot be created, no other program can lock the frame with it either.
    if (NOT_MAKEABLE.includes(code)) return 'nobody'
    throw ioError(error, 'create', path)
  }
}

function open(path: string, there: Stats): number | Unopened {
  checkLockFile(path, there)
  try {
    const fd = openSync(path, FLAGS)
    if (isSame(there, fstatSync(fd))) return fd
    closeSync(fd)
    return 'changed'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'changed'
    throw ioError(error, 'open', path)
  }
}

/** A name that is too long for the file system cannot be a lock file. */
function lockFileAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (isNameTooLong(error)) return undefined
    throw ioError(error, 'open', path)
  }
}

function openOrCreate(path: string, o: FrameLockOptions): number | Unopened {
  const there = lockFileAt(path)
  if (there === undefined) return o.create && canLockFiles() ? create(path, o.owner) : 'nobody'
  if (mayLock(there, o.owner)) return open(path, there)
  o.note?.(`'${path}' belongs to a user who cannot change the frame, and was ignored`)
  return 'nobody'
}

/** Other programs see from the counter that the frame has changed. */
function raiseCounter(fd: number, path: string): void {
  try {
    const counter = Buffer.alloc(COUNTER_BYTES)
    readFully(fd, counter, COUNTER_AT)
    counter.writeBigUInt64LE(BigInt.asUintN(64, counter.readBigUInt64LE() + 1n))
    writeSync(fd, counter, 0, COUNTER_BYTES, COUNTER_AT)
  } catch (error) {
    throw ioError(error, 'write', path)
  }
}

function lateError(path: string, name: string, seconds: number): BlpkError {
  const waited = seconds > 0 ? ` for more than ${seconds} s` : ''
  return new BlpkError(
    'LOCKED',
    `'${name}' is locked by another process, such as Python, through '${path}'${waited}`,
    { path: name },
    undefined,
    { option: 'lockTimeout' },
  )
}

async function lockByOne(path: string, name: string, o: FrameLockOptions): Promise<number | undefined> {
  for (;;) {
    const fd = openOrCreate(path, o)
    if (fd === 'nobody') return undefined
    if (fd === 'changed') {
      if (now() >= o.end) throw lateError(path, name, o.seconds)
      await pauseBetweenTries(o)
      continue
    }
    let keep = false
    try {
      if (!(await waitForFileLock(fd, path, o))) throw lateError(path, name, o.seconds)
      // A program that creates the frame again first removes its lock file.
      keep = isSame(lstatSync(path, { throwIfNoEntry: false }), fstatSync(fd))
      if (keep) raiseCounter(fd, path)
    } catch (error) {
      keep = false
      throw error
    } finally {
      if (!keep) closeSync(fd)
    }
    if (keep) return fd
  }
}

/**
 * Where programs look for the lock file of a frame: inside a sparse one, or beside the name they were given.
 */
function lockPaths(name: string, path: string): string[] {
  if (lstatSync(path).isDirectory()) return [join(path, LOCK_SUFFIX)]
  const given = join(resolvedPath(dirname(name)), basename(name))
  return [...new Set([path, given])].map((file) => file + LOCK_SUFFIX)
}

/**
 * Takes the lock that C-Blosc2 3.2 and later (and Python's blosc2 with `locking`) uses between writers of a
 * frame. The lock file is created if there is none, and stays: a process that removed it could not know who
 * waits for it.
 * @param name of the frame, as given
 * @param path of the frame, with all links resolved
 * @returns a function that releases the lock
 * @throws BlpkError LOCKED after the timeout; IO if something else has the name of the lock file; UNSUPPORTED
 * if the file system cannot lock; the signal's reason
 */
export async function lockFrame(name: string, path: string, o: FrameLockOptions): Promise<() => void> {
  const held: number[] = []
  const release = (): void => {
    for (const fd of held.splice(0)) closeSync(fd)
  }
  try {
    for (const file of lockPaths(name, path)) {
      const fd = await lockByOne(file, name, o)
      if (fd !== undefined) held.push(fd)
    }
    return release
  } catch (error) {
    release()
    throw error
  }
}
