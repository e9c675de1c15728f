// The file operations that archives are changed by, as those of the machine or of a test.

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

/** What is known of a file. */
export interface FileFacts {
  isFile: boolean
  /** In bytes. */
  size: number
  /** Number of the file in its file system, which stays when the file is renamed. */
  ino: bigint
  dev: bigint
  /** Permissions. */
  mode: number
  uid: number
  gid: number
  /** Names that it has. */
  nlink: number
  /** Changes with every change of the file, as finely as the system's clock allows. */
  stamp: string
}

/** Which file it is: an inode number says so on one device only. */
export type FileId = Pick<FileFacts, 'dev' | 'ino'>

/** Do two names or descriptors lead to one file? */
export function sameFile(a: FileId | undefined, b: FileId | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/**
 * How a file is opened: to read, to read and write, as a new one; or `guarded`, to read what a stranger may have put
 * there: no link is followed, and nothing waits for the other end of a pipe.
 */
export type OpenFlags = 'r' | 'r+' | 'wx+' | 'guarded'

/** Who owns a file, by their numbers. */
export interface Owner {
  uid: number
  gid: number
}

/**
 * All file operations that archives are changed by: appends, journals, rollbacks, replacements. Tests put one
 * of their own in its place that fails or loses power at any of them. Errors are those of `node:fs`.
 */
export interface Disk {
  /** Are descriptors those of the process, so that worker threads may read from them too? */
  readonly shared: boolean
  /** The name of a file with all links on the way resolved. */
  realpath(path: string): string
  /** What has this name, a link as such; undefined where nothing has. */
  find(path: string): FileFacts | undefined
  /** Names in a directory. */
  list(directory: string): string[]
  /** Opens a file. @param mode of a new file; the umask takes its part @returns a descriptor */
  open(path: string, flags: OpenFlags, mode?: number): number
  /** What is known of an open file. */
  facts(fd: number): FileFacts
  /** Fills `into`; fewer bytes only at the end. @returns how many there were */
  read(fd: number, into: Uint8Array, position: number): number
  /** Writes all of the bytes. */
  write(fd: number, bytes: Uint8Array, position: number): void
  /** Cuts or extends an open file to a size, in bytes. */
  truncate(fd: number, size: number): void
  /** Makes what was written lasting. */
  sync(fd: number): void
  /**
   * Sets permissions and, as far as one may, owner and group of an open file; those of the group are not given to
   * another one.
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
  /** Makes new, changed and removed names in a directory lasting. */
  syncDirectory(path: string): void
  /**
   * Takes the writers' lock of an open file, until it is closed.
   * @param shared only against those who want it for themselves; this is all that a reader can take
   * @throws BlpkError UNSUPPORTED
   */
  tryLock(fd: number, shared?: boolean): Promise<boolean>
  /**
   * Takes the lock of other programs that write to a frame, where there are some.
   * @param name of the frame, as it was given
   * @param path of the frame, all links resolved
   * @returns a function that lets go of it
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

/** Only root may give files away; who is in a group may give them to that. */
function giveTo(fd: number, { uid, gid }: Owner): void {
  for (const user of new Set([uid, process.geteuid?.() ?? uid])) {
    try {
      fchownSync(fd, user, gid)
      return
    } catch {
      // It stays with who made it.
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

/** Flushes a directory; Windows has no such call, and keeps names in its own journal. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } catch (error) {
    // Some network file systems flush no directories.
    if (!WITHOUT_FLUSH.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    closeSync(fd)
  }
}

/** Windows knows neither; there the check of the descriptor has to do. */
const { O_RDONLY, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** What is opened may be a pipe by mistake or malice: nothing waits for its other end. */
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
