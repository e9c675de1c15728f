// Permissions of new files: never wider than those of the files whose data they hold.

import { statSync } from 'node:fs'
import { join } from 'node:path'

/** Access to a file: its permissions, and the group that some of them apply to. */
export interface Access {
  mode: number
  /** If unknown, it counts as that of the file it is compared with. */
  gid?: number | undefined
}

/** Windows has other permissions, which files inherit from their directory. */
export const HAS_MODES = process.platform !== 'win32'
const PERMISSIONS = 0o777
/** Maximum mode of new files, before the umask. */
export const NEW_FILE = 0o666

/** Mode of private files. */
export const PRIVATE = 0o600

/**
 * The mode for a file with another group: only what both group and others may do, because anyone may now be
 * either.
 */
function regrouped(mode: number): number {
  const both = (mode >> 3) & mode & 0o7
  return (mode & 0o700) | (both << 3) | both
}

/**
 * Restricts permissions for a file that holds data of other files, so that nobody gets more access than to
 * each of those.
 * @param gid of the file; undefined if not known yet
 */
export function modeWithin(most: number, others: readonly Access[], gid: number | undefined): number {
  return others.reduce(
    (left, { mode, gid: group = gid }) => left & (group === gid ? mode : regrouped(mode)),
    most & PERMISSIONS,
  )
}

/**
 * Permissions of a directory of such files: readers of the files may search it, and the owner may change it.
 */
export function directoryMode(mode: number): number {
  return (mode & PERMISSIONS) | ((mode & 0o444) >> 2) | 0o700
}

/**
 * Access to a file, or to the files of a directory, as far as the path allows.
 * @param example name of one of its files
 */
export function accessOf(path: string, example?: string): Access {
  const there = statSync(path)
  const file =
    example !== undefined && there.isDirectory()
      ? statSync(join(path, example), { throwIfNoEntry: false })
      : there
  const { mode, gid } = file ?? { mode: NEW_FILE, gid: there.gid }
  if (!there.isDirectory()) return { mode: mode & PERMISSIONS, gid }
  const may = modeWithin(there.mode, [there], gid) & 0o111
  return { mode: mode & PERMISSIONS & (may | (may << 1) | (may << 2)), gid }
}
