// The last steps after an output has its name: flushing the directory, removing what it replaced.

import { dirname } from 'node:path'
import { BlpkError } from '../core/errors.js'
import { ioError } from '../core/io-errors.js'
import type { Disk } from './disk.js'

/**
 * Does what is left to do when data have got their name: whatever fails of that, they are there.
 * @param end what is to be said of them
 */
function whenPublished(doing: string, path: string, end: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    const { code, message, place } = ioError(error, doing, path)
    throw new BlpkError(code, `${message} (${end})`, place, error)
  }
}

/**
 * Makes the name of what was written lasting.
 * @param old where what it replaced is, if that is still there
 * @throws BlpkError IO, which says that it is there
 */
export function flushName(disk: Pick<Disk, 'syncDirectory'>, name: string, old?: string): void {
  const directory = dirname(name)
  const kept = old === undefined ? '' : `; what it replaced is kept as '${old}'`
  const end = `'${name}' is there and whole, but may not be lasting${kept}`
  whenPublished('flush', directory, end, () => disk.syncDirectory(directory))
}

/** Removes what is not needed any more. @throws BlpkError IO, which says that what was written is there */
export function removeLeft(left: string, name: string, remove: () => void): void {
  whenPublished('remove', left, `'${name}' is there and whole`, remove)
}
