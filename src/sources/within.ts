// Opens files of a directory, and none that links lead to elsewhere.

import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { damaged } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'

/** Neither follows links nor waits for the other end of a pipe; Windows knows neither flag. */
const GUARDED = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** What a file of a directory really is, where it is a link: only another file of the same directory. */
function resolvedWithin(directory: string, path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path
  const real = attempt('open', path, () => realpathSync(path))
  if (dirname(real) === realpathSync(directory)) return real
  throw damaged(`the file '${basename(path)}' is a link that leads out of the frame`, { path })
}

/**
 * Opens a file of a directory for reading, such as that of a chunk: whoever made the directory cannot lead us elsewhere,
 * nor keep us waiting.
 * @returns its descriptor
 * @throws BlpkError NOT_FOUND, IO; DAMAGED for a link out of the directory, and for what is no regular file
 */
export function openWithin(directory: string, path: string): number {
  const real = resolvedWithin(directory, path)
  const fd = attempt('open', path, () => openSync(real, GUARDED))
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw damaged(`the file '${basename(path)}' is not a regular file`, { path })
}

/** Is what is in a directory a file there, and nothing else? @throws BlpkError as {@link openWithin} */
export function checkWithin(directory: string, name: string): void {
  closeSync(openWithin(directory, join(directory, name)))
}
