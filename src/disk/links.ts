// Resolves symbolic links, including names that are not UTF-8.

import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { BlpkError } from '../core/errors.js'

const MAX_LINKS = 40

function whatIs(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** @throws BlpkError USAGE for a name that a string cannot represent */
function textOf(bytes: Buffer, path: string): string {
  const text = bytes.toString()
  if (Buffer.from(text).equals(bytes)) return text
  throw new BlpkError('USAGE', `the link '${path}' points to a name that is not UTF-8: rename its target`, {
    path,
  })
}

/** The target of a link, as a path from the current directory. Links in its directories are not resolved. */
function targetOfLink(path: string): string {
  const target = textOf(readlinkSync(path, { encoding: 'buffer' }), path)
  // Not joined: `..` after a link to a directory does not go where the text says.
  return isAbsolute(target) ? target : `${dirname(path)}/${target}`
}

/**
 * Follows links until a file or a free name.
 * @param stop may end the search at a link
 * @throws BlpkError USAGE for links to names that are not UTF-8; errors of `node:fs`
 */
export function followLinks(path: string, stop: (path: string) => boolean = () => false): string {
  let at = path
  for (let i = 0; i < MAX_LINKS; i++) {
    if (stop(at) || whatIs(at)?.isSymbolicLink() !== true) return at
    at = targetOfLink(at)
  }
  throw new BlpkError('IO', `there are too many levels of symbolic links at '${path}'`, { path })
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }))
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino
}

/**
 * The name of a file with all links resolved. If the system or a string cannot represent it (for example, in
 * a directory whose name is not UTF-8), only links of the file itself are resolved, which leads to the same
 * directory.
 * @throws errors of `node:fs`
 */
export function resolvedPath(path: string): string {
  let failure: unknown
  try {
    const real = realpathSync(path)
    if (!real.includes('\ufffd') || isSame(real, path)) return real
  } catch (error) {
    failure = error
  }
  const at = followLinks(path)
  if (whatIs(at) !== undefined) return at
  throw failure
}
