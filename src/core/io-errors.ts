// Maps errors of the operating system to `BlpkError`s, with the failed action and the path.

import { BlpkError, type ErrorCode } from './errors.js'

const TOO_MANY_FILES = 'too many open files (see ulimit -n)'

const CODES: Record<string, [ErrorCode, string]> = {
  ENOENT: ['NOT_FOUND', 'no such file or directory'],
  ENOTDIR: ['NOT_FOUND', 'a part of the path is not a directory'],
  EISDIR: ['IO', 'it is a directory'],
  EACCES: ['IO', 'permission denied'],
  EPERM: ['IO', 'not permitted'],
  EROFS: ['IO', 'the file system is read-only'],
  ENOSPC: ['NO_SPACE', 'no space left on the device'],
  EDQUOT: ['NO_SPACE', 'the disk quota is used up'],
  EFBIG: ['NO_SPACE', 'the file would grow too large for the file system'],
  EPIPE: ['PIPE_CLOSED', 'the reader closed the pipe'],
  EOF: ['PIPE_CLOSED', 'the reader closed the pipe'],
  EBADF: ['IO', 'it is not open for this operation'],
  EMFILE: ['IO', TOO_MANY_FILES],
  ENFILE: ['IO', 'the system has too many open files'],
  ENOMEM: ['NO_MEMORY', 'not enough memory'],
  EAGAIN: ['NO_MEMORY', 'the resource is temporarily unavailable'],
  ENAMETOOLONG: ['IO', 'the name is too long for the file system'],
  ELOOP: ['IO', 'there are too many levels of symbolic links'],
}

/** Turns an error of the operating system into a BlpkError, with the failed action and the file. */
export function ioError(error: unknown, doing: string, path: string): BlpkError {
  if (error instanceof BlpkError) return error
  const errno = (error as NodeJS.ErrnoException).code ?? ''
  const [code, reason] = CODES[errno] ?? ['IO', scarcity(error)?.message ?? (error as Error).message]
  return new BlpkError(code, `cannot ${doing} '${path}': ${reason}`, { path }, error)
}

const MEMORY_FAILURE = /could not allocate memory|Array buffer allocation failed|out of memory/i

/**
 * The scarce resource behind an error of any kind, such as a module that cannot be loaded; undefined if there
 * is another cause.
 */
export function scarcity(error: unknown): BlpkError | undefined {
  if (!(error instanceof Error) || error instanceof BlpkError) return undefined
  const { code = '', message } = error as NodeJS.ErrnoException
  const text = `${code} ${message}`
  if (/\bE[MN]FILE\b/.test(text)) return new BlpkError('IO', TOO_MANY_FILES, {}, error)
  if (/\bENOMEM\b|OUT_OF_MEMORY/.test(text) || MEMORY_FAILURE.test(message))
    return new BlpkError('NO_MEMORY', 'not enough memory', {}, error)
  if (/\bEAGAIN\b/.test(text))
    return new BlpkError(
      'NO_MEMORY',
      'the system allows no more threads or processes (see ulimit -u)',
      {},
      error,
    )
  return undefined
}

/** Runs a file operation and turns its errors into {@link BlpkError}s. */
export function attempt<T>(doing: string, path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw ioError(error, doing, path)
  }
}

/** Whether the error means that a name or path is too long. */
export function isNameTooLong(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG'
}
