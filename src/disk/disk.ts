// The file operations that archives are changed with: those of the machine, or those of a test.

import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import type { FrameLockOptions } from './b2lock.js'
import { readFully, writeFully } from './fully.js'
import { resolvedPath } from './links.js'
import { HAS_MODES, modeWithin } from './modes.js'
import { tryNativeLock } from './native-lock.js'

/** Properties of a file. */
export interface FileFacts {
  isFile: boolean
  /** In bytes. */
  size: number
  /** Inode number, which stays the same when the file is renamed. */
  ino: bigint
  dev: bigint
  /** Permissions. */
  mode: number
  uid: number
  gid: number
  /** Number of names (hard links). */
  nlink: number
  /** Changes with every change of the file, as finely as the system's clock allows. */
  stamp: string
}

/** Identity of a file: inode numbers are unique on one device only. */
export type FileId = Pick<FileFacts, 'dev' | 'ino'>

/** Whether two names or descriptors refer to one file. */
export function sameFile(a: FileId | undefined, b: FileId | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/**
 * How a file is opened: for reading, for reading and writing, or as a new file; or `guarded`, to read a file
 * that a stranger may have put there: links are not followed, and nothing blocks on a pipe.
 */
export type OpenFlags = 'r' | 'r+' | 'wx+' | 'guarded'

/** Owner of a file, by user and group id. */
export interface Owner {
  uid: number
  gid: number
}

/**
 * All file operations that archives are changed with: appends, journals, rollbacks, replacements. Tests
 * substitute one that fails or loses power at any of them. Errors are those of `node:fs`.
 */
export interface Disk {
  /** Whether descriptors belong to the process, so that worker threads may read from them too. */
  readonly shared: boolean
  /** The name of a file with all links resolved. */
  realpath(path: string): string
  /** Properties of a name, without following links; undefined if it does not exist. */
  find(path: string): FileFacts | undefined
  /** Names in a directory. */
  list(directory: string): string[]
  /** Opens a file. @param mode of a new file; the umask takes its part @returns a descriptor */
  open(path: string, flags: OpenFlags, mode?: number): number
  /** What is known of an open file. */
  facts(fd: number): FileFacts
  /** Fills `into`; fewer bytes only at the end. @returns the number of bytes */
  read(fd: number, into: Uint8Array, position: number): number
  /** Writes all of the bytes. */
  write(fd: number, bytes: Uint8Array, position: number): void
  /** Cuts or extends an open file to a size, in bytes. */
  truncate(fd: number, size: number): void
  /** Flushes what was written to the file. */
  sync(fd: number): void
  /**
   * Sets permissions and, as far as permitted, owner and group of an open file. Permissions for the group are
   * not given to another group.
   */
  dress(fd: number, mode: number, owner?: Owner): void
  /** Closes a descriptor. */
  close(fd: number): void
  /** Sets the times of access and of modification. */
  setTimes(path: string, atime: Date, mtime: Date): void
  /** Renames a file; one that has the new name is replaced. */
  rename(from: string, to: string): void
  /** Gives a file a second name. */
  link(from: string, to: string): void
  /** Removes a name. */
  unlink(path: string): void
  /** Flushes new, changed and removed names in a directory. */
  syncDirectory(path: string): void
  /**
   * Takes the writers' lock of an open file, until it is closed.
   * @param shared only excludes exclusive locks; readers cannot take more
   * @throws BlpkError UNSUPPORTED
   */
  tryLock(fd: number, shared?: boolean): Promise<boolean>
  /**
   * Takes the lock that other programs use for a frame, if there is one.
   * @param name of the frame, as given
   * @param path of the frame, with all links resolved
   * @returns a function that releases it
   * @throws BlpkError LOCKED, IO, UNSUPPORTED
   */
  lockFrame?(name: string, path: string, o: FrameLockOptions): Promise<() => void>
}

function factsOf(stat: BigIntStats): FileFacts {
  return {
    isFile: stat.isFile(),
    size: Number(stat.size),
    ino: stat.ino,
    dev: stat.dev,
    mode: Number(stat.mode) & 0o777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    nlink: Number(stat.nlink),
    stamp: `${stat.mtimeNs} ${stat.ctimeNs}`,
  }
}

/** Only root may give files away; members of a group may give them to that group. */
function giveTo(fd: number, { uid, gid }: Owner): void {
  for (const user of new Set([uid, process.geteuid?.() ?? uid])) {
    try {
      fchownSync(fd, user, gid)
      return
    } catch {
      // The creator stays the owner.
    }
  }
}

const WITHOUT_MODES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

function dress(fd: number, mode: number, owner?: Owner): void {
  if (owner !== undefined && HAS_MODES) giveTo(fd, owner)
  const own = owner === undefined || !HAS_MODES
  const most = own ? mode : modeWithin(mode, [{ mode, gid: owner.gid }], fstatSync(fd).gid)
  try {
    fchmodSync(fd, most)
  } catch (error) {
    // Some file systems have one mode for all files.
    if (!WITHOUT_MODES.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

const WITHOUT_FLUSH = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

/** Flushes a directory. Windows has no such call; it journals names itself. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } catch (error) {
    // Some network file systems cannot flush directories.
    if (!WITHOUT_FLUSH.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    closeSync(fd)
  }
}

/** Windows has neither flag; there, checking the descriptor must suffice. */
const { O_RDONLY, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** The file may be a pipe, by mistake or malice: do not block on it. */
const FLAGS: Record<OpenFlags, number | string> = {
  r: O_RDONLY | O_NONBLOCK,
  'r+': O_RDWR | O_NONBLOCK,
  'wx+': 'wx+',
  guarded: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
}

/** The file system of the machine. */
export const nodeDisk: Disk = {
  shared: true,
  realpath: resolvedPath,
  find: (path) => {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? undefined : factsOf(stat)
  },
  list: (directory) => readdirSync(directory),
  open: (path, flags, mode) => openSync(path, FLAGS[flags], mode),
  facts: (fd) => factsOf(fstatSync(fd, { bigint: true })),
  read: (fd, into, position) => readFully(fd, into, position),
  write: writeFully,
  truncate: (fd, size) => ftruncateSync(fd, size),
  sync: (fd) => fsyncSync(fd),
  dress,
  close: (fd) => closeSync(fd),
  setTimes: (path, atime, mtime) => utimesSync(path, atime, mtime),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  unlink: (path) => unlinkSync(path),
  syncDirectory,
  tryLock: tryNativeLock,
  lockFrame: async (...args) => (await import('./b2lock.js')).lockFrame(...args),
}
