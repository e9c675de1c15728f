// Names for files beside another one, short enough for every file system.

import { basename, dirname, join } from 'node:path'
import { isNameTooLong } from '../core/io-errors.js'
import { crypto } from '../core/node-modules.js'
import type { Disk, FileFacts } from './disk.js'

/**
 * Maximum length of a name on every usual file system, in bytes: 143 on eCryptfs, which allows the fewest.
 */
const SAFE_NAME_BYTES = 143
/** Space for the suffix of a file that is set aside, in bytes. */
const ROOM_BEHIND = '.stale99'.length
const DIGEST_CHARACTERS = 32

/** Cuts a text to at most this many bytes of UTF-8, at a character boundary. */
export function cutToBytes(text: string, nbytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= nbytes) return text
  let end = nbytes
  // Continuation bytes of a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

function digestOf(name: string): string {
  return crypto().createHash('sha256').update(name).digest('hex').slice(0, DIGEST_CHARACTERS)
}

/**
 * The name of a file that is beside another and belongs to it: its name with an extension. If that is too
 * long for some file systems, a shorter name, always the same for the same name and extension.
 */
export function namesBeside(path: string, ending: string): { plain: string; short?: string } {
  const name = basename(path)
  const plain = join(dirname(path), name + ending)
  const room = SAFE_NAME_BYTES - ROOM_BEHIND - Buffer.byteLength(ending)
  if (Buffer.byteLength(name) <= room) return { plain }
  const start = cutToBytes(name, room - DIGEST_CHARACTERS - 1)
  return { plain, short: join(dirname(path), `${start}.${digestOf(name)}${ending}`) }
}

/** Properties of a name, without following links. A name that is too long does not exist. */
export function present(disk: Pick<Disk, 'find'>, path: string): FileFacts | undefined {
  try {
    return disk.find(path)
  } catch (error) {
    if (isNameTooLong(error)) return undefined
    throw error
  }
}
