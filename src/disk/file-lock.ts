// Takes `flock` locks (`LockFileEx` on Windows), as C programs do.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { now } from '../core/clock.js'
import { type BlpkError, interruptedError, unsupported } from '../core/errors.js'
import { onAbort } from '../core/signals.js'
import { type LockLibrary, loadLockLibrary } from './lock-library.js'

/** How long to wait for a lock. */
export interface LockWait {
  /** Deadline, on the clock of `now()`. */
  end: number
  signal: AbortSignal | undefined
}

const LEAST_PAUSE_MS = 10
const MOST_PAUSE_MS = 100

/** Waits a random time between two attempts, so that waiting processes do not try in step. */
export async function pauseBetweenTries({ end, signal }: LockWait): Promise<void> {
  const pause = LEAST_PAUSE_MS + Math.random() * (MOST_PAUSE_MS - LEAST_PAUSE_MS)
  await new Promise((resolve) => setTimeout(resolve, Math.min(pause, Math.max(1, end - now()))))
  if (signal?.aborted === true) throw interruptedError(signal)
}

let library: Promise<LockLibrary> | undefined

function refused(name: string, reason: string): BlpkError {
  return unsupported(`'${name}' cannot be locked (${reason})`, { path: name }, { option: 'lock' })
}

/** macOS: flock; Windows: LockFileEx on the first byte, which is what C-Blosc2 locks there. */
async function tryByLibrary(fd: number, name: string): Promise<boolean> {
  library ??= loadLockLibrary()
  try {
    const { tryLock } = await library
    return tryLock(fd, 0, process.platform === 'win32' ? 1 : 0)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EBUSY') return false
    throw refused(name, code || (message.split('\n')[0] ?? ''))
  }
}

async function waitByLibrary(fd: number, name: string, wait: LockWait): Promise<boolean> {
  while (!(await tryByLibrary(fd, name))) {
    if (now() >= wait.end) return false
    await pauseBetweenTries(wait)
  }
  return true
}

/** Exit code of the `flock` command if another process has the lock. */
const TAKEN = 1

/**
 * Linux has two kinds of locks that do not see each other: the library uses fcntl locks, C-Blosc2 uses flock.
 * The `flock` command (util-linux, BusyBox) locks the descriptor that it inherits. The lock belongs to the
 * open file, which we share, so it stays when the command exits. The kernel queues the waiters.
 */
async function waitByCommand(fd: number, name: string, { end, signal }: LockWait): Promise<boolean> {
  const { spawn } = await import('node:child_process')
  const left = end - now()
  const args = left > 0 ? ['-x', '3'] : ['-x', '-n', '3']
  const child = spawn('flock', args, { stdio: ['ignore', 'ignore', 'ignore', fd] })
  const stop = (): void => void child.kill('SIGKILL')
  const timer = left > 0 && Number.isFinite(left) ? setTimeout(stop, Math.min(left, 2 ** 31 - 1)) : undefined
  const unheard = onAbort(signal, stop)
  try {
    const [code, by] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (...how) => resolve(how))
    })
    if (signal?.aborted === true) throw interruptedError(signal)
    if (code === 0) return true
    if (code === TAKEN || by === 'SIGKILL') return false
    throw refused(name, `the flock command failed: ${by ?? `exit code ${code}`}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw refused(name, 'the flock command (util-linux or BusyBox) is missing')
  } finally {
    clearTimeout(timer)
    unheard()
  }
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const HAS_LIBRARY = process.platform === 'darwin' || process.platform === 'win32'

/** Whether locks are available on this system. */
export function canLockFiles(): boolean {
  if (HAS_LIBRARY) return true
  const directories = (process.env.PATH ?? '/usr/bin:/bin').split(delimiter)
  return directories.some((directory) => isRunnable(join(directory, 'flock')))
}

/**
 * Takes the exclusive lock that C programs take with `flock`, or with `LockFileEx` on the first byte. It
 * belongs to this open file, and the kernel releases it when the file is closed.
 * @returns false after the timeout
 * @throws BlpkError UNSUPPORTED if the system or the file system cannot lock; INTERRUPTED
 */
export function waitForFileLock(fd: number, name: string, wait: LockWait): Promise<boolean> {
  return HAS_LIBRARY ? waitByLibrary(fd, name, wait) : waitByCommand(fd, name, wait)
}
