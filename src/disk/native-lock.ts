// The writers' lock of an archive: a kernel lock that ends with the process.

import { unsupported } from '../core/errors.js'
import { scarcity } from '../core/io-errors.js'
import { type LockLibrary, loadLockLibrary } from './lock-library.js'

// Far past the end of any file: on Windows, other processes cannot read or write a locked range.
const LOCK_AT = 2 ** 62

let library: Promise<LockLibrary> | undefined

async function load(): Promise<LockLibrary> {
  try {
    return await loadLockLibrary()
  } catch (error) {
    const scarce = scarcity(error)
    if (scarce !== undefined) throw scarce
    throw unsupported(
      `files cannot be locked on this system (${(error as Error).message.split('\n')[0]})`,
      {},
      { option: 'lock' },
    )
  }
}

/** On macOS the library can only lock whole files; elsewhere it locks ranges. */
const RANGE: [number, number] = process.platform === 'darwin' ? [0, 0] : [LOCK_AT, 1]

/**
 * Takes the writers' lock of an open file. It belongs to this open file, and the kernel releases it when the
 * file is closed, however the process ends. Linux: fcntl OFD lock; macOS: flock; Windows: LockFileEx.
 * @param shared take a shared lock
 * @returns false if another process has it
 * @throws BlpkError UNSUPPORTED if the library or the file system cannot lock
 */
export async function tryNativeLock(fd: number, shared = false): Promise<boolean> {
  library ??= load()
  const { tryLock } = await library
  try {
    return tryLock(fd, ...RANGE, { shared })
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    // Windows reports it differently from what the library expects.
    if (code === 'EACCES' || code === 'EBUSY') return false
    const scarce = scarcity(error)
    if (scarce !== undefined) throw scarce
    throw unsupported(`the file system cannot lock files (${code || message})`, {}, { option: 'lock' })
  }
}
