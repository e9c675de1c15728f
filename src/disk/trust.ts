// Decides by owner and mode if a file beside an archive can be trusted.

import type { FileFacts } from './disk.js'

const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
const ROOT = 0

/** Could somebody write this file who may not write the archive? */
function isOpenToMore(file: FileFacts, archive: FileFacts): boolean {
  if ((archive.mode & OTHERS_WRITE) !== 0) return false
  if ((file.mode & OTHERS_WRITE) !== 0) return true
  return (file.mode & GROUP_WRITES) !== 0 && ((archive.mode & GROUP_WRITES) === 0 || file.gid !== archive.gid)
}

/**
 * Why a file beside an archive is not believed to come from those whom the archive belongs to: in a directory that
 * others may write to, anybody can have put it there. Windows has no such owners and modes: there it only has to be a
 * regular file with one name.
 * @returns undefined where it is believed
 */
export function distrust(file: FileFacts, archive: FileFacts): string | undefined {
  if (!file.isFile) return 'it is not a regular file'
  if (file.nlink > 1) return `it has ${file.nlink} names (hard links)`
  const user = process.geteuid?.()
  if (user === undefined) return undefined
  if (![archive.uid, user, ROOT].includes(file.uid)) {
    return `it belongs to user ${file.uid}, who neither owns the archive nor runs this`
  }
  return isOpenToMore(file, archive) ? 'users who may not write to the archive may write to it' : undefined
}
