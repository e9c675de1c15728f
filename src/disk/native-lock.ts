// The writers' lock of an archive: a lock of the kernel that ends with the process.

import { unsupported } from '../core/errors.js'
import { scarcity } from '../core/io-errors.js'

// Far behind the end of any file: on Windows nobody else can read or write what is locked.
const LOCK_AT = 2 ** 62

type Library = typeof import('fs-native-extensions')['default']
let library: Promise<Library> | undefined

async function load(): Promise<Library> {
  try {
    return (await import('fs-native-extensions')).default
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

/** The library locks whole files on macOS, and only those; elsewhere ranges of them. */
const RANGE: [number, number] = process.platform === 'darwin' ? [0, 0] : [LOCK_AT, 1]

/**
 * Takes the writers' lock of an open file: it belongs to this opening of the file, and the kernel frees it
 * when that is closed, however the process ends. Linux: fcntl OFD lock; macOS: flock; Windows: LockFileEx.
 * @param shared for a lock that others may share
 * @returns false where somebody else has it
 * @throws BlpkError UNSUPPORTED where the library or the file system cannot lock
 */
export async function tryNativeLock(fd: number, shared = false): Promise<boolean> {
  library ??= load()
  const { tryLock } = await library
  try {
    return tryLock(fd, ...RANGE, { shared })
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    // Windows says so in another way than the library expects.
    if (code === 'EACCES' || code === 'EBUSY') return false
    const scarce = scarcity(error)
    if (scarce !== undefined) throw scarce
    throw unsupported(`the file system cannot lock files (${code || message})`, {}, { option: 'lock' })
  }
}
