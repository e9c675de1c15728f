// `stat` with BlpkErrors, and undefined for a name that does not exist.

import { type BigIntStats, type Stats, statSync } from 'node:fs'
import { attempt } from '../core/io-errors.js'

/**
 * Properties of a name, following links. Invalid names (too long, below a file, a loop of links) are errors.
 * @returns undefined if it does not exist
 * @throws BlpkError IO, NOT_FOUND
 */
export function lookAt(path: string): Stats | undefined {
  return attempt('open', path, () => statSync(path, { throwIfNoEntry: false }))
}

/** The same with inode numbers of more than 53 bits. @throws BlpkError IO, NOT_FOUND */
export function lookClosely(path: string): BigIntStats | undefined {
  return attempt('open', path, () => statSync(path, { bigint: true, throwIfNoEntry: false }))
}
