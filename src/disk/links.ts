// Resolves symbolic links, names that are not UTF-8 included.

import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { BlpkError } from '../core/errors.js'

const MAX_LINKS = 40

function whatIs(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** @throws BlpkError USAGE for a name that a string cannot hold, and that would come out as another one */
function textOf(bytes: Buffer, path: string): string {
  const text = bytes.toString()
  if (Buffer.from(text).equals(bytes)) return text
  throw new BlpkError(
    'USAGE',
    `the link '${path}' leads to a name that is not UTF-8: rename what it leads to`,
    {
      path,
    },
  )
}

/** Where a link leads, as a path that is good from here. Directories on the way are left as they are. */
function targetOfLink(path: string): string {
  const target = textOf(readlinkSync(path, { encoding: 'buffer' }), path)
  // Not joined: `..` behind a link to a directory goes elsewhere than the text says.
  return isAbsolute(target) ? target : `${dirname(path)}/${target}`
}

/**
 * Follows links one after the other, to what is no link: a file, or a name that is free.
 * @param stop may end the way at a link
 * @throws BlpkError USAGE for links to names that are not UTF-8; errors of `node:fs`
 */
export function followLinks(path: string, stop: (path: string) => boolean = () => false): string {
  let at = path
  for (let i = 0; i < MAX_LINKS; i++) {
    if (stop(at) || whatIs(at)?.isSymbolicLink() !== true) return at
    at = targetOfLink(at)
  }
  throw new BlpkError('IO', `the links of '${path}' lead in a circle, or too far`, { path })
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }))
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino
}

/**
 * The name of a file with all links on the way resolved. Where the system or a string cannot hold that, such as in a
 * directory whose name is not UTF-8, links are followed as far as the file alone: what lies beside it is the same.
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
