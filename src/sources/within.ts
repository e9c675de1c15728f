// Opens files in a directory, but not links that lead elsewhere.

import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { damaged } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'

/** Do not follow links, and do not block on pipes; Windows has neither flag. */
const GUARDED = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * The target of a file in a directory, if it is a link: only another file in the same directory is allowed.
 */
function resolvedWithin(directory: string, path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path
  const real = attempt('open', path, () => realpathSync(path))
  if (dirname(real) === realpathSync(directory)) return real
  throw damaged(`the file '${basename(path)}' is a link that points out of the frame`, { path })
}

/**
 * Opens a file in a directory for reading, such as that of a chunk. The creator of the directory can neither
 * lead us elsewhere nor make us wait.
 * @returns its descriptor
 * @throws BlpkError NOT_FOUND, IO; DAMAGED for a link out of the directory, and for anything but a regular
 * file
 */
export function openWithin(directory: string, path: string): number {
  const real = resolvedWithin(directory, path)
  const fd = attempt('open', path, () => openSync(real, GUARDED))
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw damaged(`the file '${basename(path)}' is not a regular file`, { path })
}

/** Checks that a name in a directory is a regular file. @throws BlpkError as {@link openWithin} */
export function checkWithin(directory: string, name: string): void {
  closeSync(openWithin(directory, join(directory, name)))
}
