// Permissions of new files: never more than the files allowed whose data they hold.

import { statSync } from 'node:fs'
import { join } from 'node:path'

/** Who may do what with a file: its permissions, and the group that some of them are for. */
export interface Access {
  mode: number
  /** Where it is not known, that of whatever file is compared with it. */
  gid?: number | undefined
}

/** Windows has other permissions, which files get from their directory. */
export const HAS_MODES = process.platform !== 'win32'
const PERMISSIONS = 0o777
/** What new files may at most, before the umask. */
export const NEW_FILE = 0o666

/** Of files that nobody else has any business with. */
export const PRIVATE = 0o600

/** The same for a file of another group: it may what both group and others might, for either may be anybody now. */
function regrouped(mode: number): number {
  const both = (mode >> 3) & mode & 0o7
  return (mode & 0o700) | (both << 3) | both
}

/**
 * What of permissions is left for a file that holds what others hold, so that nobody may more with it than with
 * each of those.
 * @param gid of the file; undefined where that is not known yet
 */
export function modeWithin(most: number, others: readonly Access[], gid: number | undefined): number {
  return others.reduce(
    (left, { mode, gid: group = gid }) => left & (group === gid ? mode : regrouped(mode)),
    most & PERMISSIONS,
  )
}

/** Permissions of a directory of such files: whoever may read those may look for them, and its owner change it. */
export function directoryMode(mode: number): number {
  return (mode & PERMISSIONS) | ((mode & 0o444) >> 2) | 0o700
}

/**
 * Who may do what with a file, or with the files of a directory, as far as that lets one get at them.
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
