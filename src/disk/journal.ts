// Path of the journal of a change, and how it is written and removed.

import { hostname } from 'node:os'
import { dirname } from 'node:path'
import type { ChangePlan } from '../bytes/editable.js'
import { BlpkError } from '../core/errors.js'
import { isNameTooLong } from '../core/io-errors.js'
import { littleEndian64, toHex, type Xxh64, xxh64 } from '../core/xxh64.js'
import type { Disk, FileId } from './disk.js'
import {
  type Anchor,
  formatFacts,
  type JournalFacts,
  MAX_ANCHOR_BYTES,
  MAX_HEAD_BYTES,
  PREFIX_BYTES,
  parseFacts,
} from './journal-format.js'
import { modeWithin } from './modes.js'
import { namesBeside } from './names.js'
import { digestRange, inPieces } from './pieces.js'

export const STALE_ENDING = '.stale'
export const JOURNAL_ENDING = '.blpk-journal'

/** Whether something has this name, or could have it. */
function lookFor(disk: Disk, path: string): 'there' | 'free' | 'too long' {
  try {
    return disk.find(path) === undefined ? 'free' : 'there'
  } catch (error) {
    if (isNameTooLong(error)) return 'too long'
    throw error
  }
}

/**
 * The path of an archive's journal, whether it exists or not: the name of the archive with an extension. If
 * that is too long for the file system, or the archive may come from such a file system, it is a shortened
 * name with a digest.
 * @param path of the archive, with all links resolved
 */
export function journalOf(path: string, disk: Disk): string {
  const { plain, short } = namesBeside(path, JOURNAL_ENDING)
  if (short === undefined) return plain
  const found = lookFor(disk, plain)
  if (found === 'there') return plain
  return found === 'too long' || lookFor(disk, short) === 'there' ? short : plain
}

/** A free name for a journal that is set aside. @param journal of {@link journalOf} */
export function asideOf(journal: string, disk: Disk): string {
  for (let i = 1; ; i++) {
    const { plain, short } = namesBeside(journal, i === 1 ? STALE_ENDING : `${STALE_ENDING}${i}`)
    const found = lookFor(disk, plain)
    if (found === 'free') return plain
    if (found === 'too long' && (short === undefined || lookFor(disk, short) !== 'there'))
      return short ?? plain
  }
}

function anchorOf(disk: Disk, fd: number, kept: ChangePlan['kept'], hash: Xxh64): Anchor | undefined {
  const position = Math.max(kept.start, kept.stop - MAX_ANCHOR_BYTES)
  const nbytes = kept.stop - position
  if (nbytes <= 0) return undefined
  return { position, nbytes, xxh64: toHex(digestRange(disk, fd, position, nbytes, hash)) }
}

function cutTo(size: number, [position, nbytes]: readonly [number, number]): [number, number] {
  return [Math.min(position, size), Math.max(0, Math.min(nbytes, size - position))]
}

function headOf(header: Uint8Array): string {
  return Buffer.from(header.subarray(0, MAX_HEAD_BYTES)).toString('hex')
}

function writeAll(disk: Disk, to: number, from: number, facts: JournalFacts, hash: Xxh64): void {
  let at = 0
  const put = (bytes: Uint8Array): void => {
    disk.write(to, bytes, at)
    at += bytes.length
  }
  const first = formatFacts(facts)
  hash.update(first)
  put(first)
  for (const [position, nbytes] of facts.ranges) {
    const n = inPieces(disk, from, position, nbytes, (piece) => {
      hash.update(piece)
      put(piece)
    })
    if (n < nbytes) throw new BlpkError('IO', 'the archive shrank while it was read')
  }
  put(littleEndian64(hash.digest()))
  disk.sync(to)
}

/** A journal that its reader cannot interpret would undo nothing. */
function checkReadable(facts: JournalFacts): void {
  if (parseFacts(formatFacts(facts).subarray(PREFIX_BYTES)) === undefined)
    throw new Error('a journal cannot undo the planned change')
}

function factsOf(
  disk: Disk,
  fd: number,
  plan: ChangePlan,
  self: FileId,
  anchor: Anchor | undefined,
): JournalFacts {
  const archive = disk.facts(fd)
  const facts = {
    pid: process.pid,
    host: hostname(),
    locked: plan.locked !== false,
    started: new Date().toISOString(),
    ino: String(archive.ino),
    size: archive.size,
    self: String(self.ino),
    before: headOf(plan.before),
    after: headOf(plan.after),
    anchor,
    ranges: plan.ranges.map((range) => cutTo(archive.size, range)),
  }
  checkReadable(facts)
  return facts
}

/**
 * Saves the bytes that a change will overwrite beside the archive, and flushes them. From then on, an
 * interrupted change is undone by the next process that opens the archive.
 * @param fd the archive, open and locked
 * @returns identity of the journal
 */
export async function writeJournal(disk: Disk, fd: number, path: string, plan: ChangePlan): Promise<FileId> {
  const newHash = await xxh64()
  const anchor = anchorOf(disk, fd, plan.kept, newHash())
  const archive = disk.facts(fd)
  // A writer of the journal could change the archive, so only writers of the archive may write it.
  const mode = archive.mode & ~0o022
  const journal = disk.open(path, 'wx+', modeWithin(mode, [archive], undefined))
  try {
    const id = disk.facts(journal)
    try {
      disk.dress(journal, mode, archive)
      writeAll(disk, journal, fd, factsOf(disk, fd, plan, id, anchor), newHash())
    } finally {
      disk.close(journal)
    }
    disk.syncDirectory(dirname(path))
    return id
  } catch (error) {
    disk.unlink(path)
    throw error
  }
}

/** Removes a journal for good: its change is committed. */
export function removeJournal(disk: Disk, path: string): void {
  disk.unlink(path)
  disk.syncDirectory(dirname(path))
}
