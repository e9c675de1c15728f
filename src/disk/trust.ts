// Decides by owner and mode whether a file beside an archive can be trusted.

import type { FileFacts } from './disk.js'

const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
const ROOT = 0

/** Whether a user who cannot write to the archive could write to this file. */
function isOpenToMore(file: FileFacts, archive: FileFacts): boolean {
  if ((archive.mode & OTHERS_WRITE) !== 0) return false
  if ((file.mode & OTHERS_WRITE) !== 0) return true
  return (file.mode & GROUP_WRITES) !== 0 && ((archive.mode & GROUP_WRITES) === 0 || file.gid !== archive.gid)
}

/**
 * Why a file beside an archive may not come from a writer of the archive: in a shared directory, anybody can
 * create files. Windows has no such owners and modes; there it must only be a regular file with one name.
 * @returns undefined if it is trusted
 */
export function distrust(file: FileFacts, archive: FileFacts): string | undefined {
  if (!file.isFile) return 'it is not a regular file'
  if (file.nlink > 1) return `it has ${file.nlink} hard links`
  const user = process.geteuid?.()
  if (user === undefined) return undefined
  if (![archive.uid, user, ROOT].includes(file.uid)) {
    return `it belongs to user ${file.uid}, who neither owns the archive nor runs this command`
  }
  return isOpenToMore(file, archive) ? 'users who cannot write to the archive can write to it' : undefined
}
