// `stat` with errors of our own, and undefined for a name that does not exist.

import { type BigIntStats, type Stats, statSync } from 'node:fs'
import { attempt } from '../core/io-errors.js'

/**
 * What has a name, links followed. A name that cannot be (too long, below a file, links in a circle) is an error that
 * says so.
 * @returns undefined where there is nothing
 * @throws BlpkError IO, NOT_FOUND
 */
export function lookAt(path: string): Stats | undefined {
  return attempt('open', path, () => statSync(path, { throwIfNoEntry: false }))
}

/** The same with numbers of files of more than 53 bits. @throws BlpkError IO, NOT_FOUND */
export function lookClosely(path: string): BigIntStats | undefined {
  return attempt('open', path, () => statSync(path, { bigint: true, throwIfNoEntry: false }))
}
