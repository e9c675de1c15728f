import { BlpkError, type ErrorCode } from './errors.js'

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
  EBADF: ['IO', 'it is not open for that'],
  ENAMETOOLONG: ['IO', 'the name is too long for the file system'],
  ELOOP: ['IO', 'its links lead in a circle, or too far'],
}

/** Turns an error of the operating system into one of ours, with what was tried and on which file. */
export function ioError(error: unknown, doing: string, path: string): BlpkError {
  if (error instanceof BlpkError) return error
  const errno = (error as NodeJS.ErrnoException).code ?? ''
  const [code, reason] = CODES[errno] ?? ['IO', (error as Error).message]
  return new BlpkError(code, `cannot ${doing} '${path}': ${reason}`, { path }, error)
}

/** Runs a file operation and turns what it throws into a {@link BlpkError}. */
export function attempt<T>(doing: string, path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw ioError(error, doing, path)
  }
}
