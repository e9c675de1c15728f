// Names for files that lie beside another, short enough for every file system.

import type * as crypto from 'node:crypto'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { isNameTooLong } from '../core/io-errors.js'
import type { Disk, FileFacts } from './disk.js'

/** What every usual file system takes for a name, in bytes: eCryptfs, which takes the fewest, 143. */
const SAFE_NAME_BYTES = 143
/** Room behind a name for what it is called when it is set aside, in bytes. */
const ROOM_BEHIND = '.stale99'.length
const DIGEST_CHARACTERS = 32

/** Cuts a text to so many bytes of UTF-8, and never within a character. */
export function cutToBytes(text: string, nbytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= nbytes) return text
  let end = nbytes
  // Bytes that continue a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

function digestOf(name: string): string {
  // Only long names pay for loading it.
  const { createHash } = createRequire(import.meta.url)('node:crypto') as typeof crypto
  return createHash('sha256').update(name).digest('hex').slice(0, DIGEST_CHARACTERS)
}

/**
 * Names for a file that lies beside another and belongs to it: its name with an ending, and where some file systems
 * would not take that, a shorter one, which is always the same for the same name and ending.
 */
export function namesBeside(path: string, ending: string): { plain: string; short?: string } {
  const name = basename(path)
  const plain = join(dirname(path), name + ending)
  const room = SAFE_NAME_BYTES - ROOM_BEHIND - Buffer.byteLength(ending)
  if (Buffer.byteLength(name) <= room) return { plain }
  const start = cutToBytes(name, room - DIGEST_CHARACTERS - 1)
  return { plain, short: join(dirname(path), `${start}.${digestOf(name)}${ending}`) }
}

/** What has a name, a link as such. Nothing has a name that is too long. */
export function present(disk: Pick<Disk, 'find'>, path: string): FileFacts | undefined {
  try {
    return disk.find(path)
  } catch (error) {
    if (isNameTooLong(error)) return undefined
    throw error
  }
}
