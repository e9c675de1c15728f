// The last steps after an output has its name: flushing the directory, and removing the replaced file.

import { dirname } from 'node:path'
import { BlpkError } from '../core/errors.js'
import { ioError } from '../core/io-errors.js'
import type { Disk } from './disk.js'

/**
 * Runs the steps that remain after the data are published. If one fails, the error says that the data are
 * there.
 * @param end what the error says about them
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
 * Flushes the name of the output.
 * @param old path of the replaced file, if it still exists
 * @throws BlpkError IO, which says that the output is complete
 */
export function flushName(disk: Pick<Disk, 'syncDirectory'>, name: string, old?: string): void {
  const directory = dirname(name)
  const kept = old === undefined ? '' : `; the file it replaced is kept as '${old}'`
  const end = `'${name}' is complete, but may not survive a power failure${kept}`
  whenPublished('flush', directory, end, () => disk.syncDirectory(directory))
}

/** Removes what is no longer needed. @throws BlpkError IO, which says that the output is complete */
export function removeLeft(left: string, name: string, remove: () => void): void {
  whenPublished('remove', left, `'${name}' is complete`, remove)
}
