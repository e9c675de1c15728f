// Where the journal of a change lies, and how it is written and removed.

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

/** Is there something of this name, or could there be? */
function lookFor(disk: Disk, path: string): 'there' | 'free' | 'too long' {
  try {
    return disk.find(path) === undefined ? 'free' : 'there'
  } catch (error) {
    if (isNameTooLong(error)) return 'too long'
    throw error
  }
}

/**
 * Where the journal of an archive lies, or is going to lie. Its name is that of the archive with an ending; where that
 * is too long for the file system, or an archive came from such a one, a shortened name with a digest in it.
 * @param path of the archive, all links resolved
 */
export function journalOf(path: string, disk: Disk): string {
  const { plain, short } = namesBeside(path, JOURNAL_ENDING)
  if (short === undefined) return plain
  const found = lookFor(disk, plain)
  if (found === 'there') return plain
  return found === 'too long' || lookFor(disk, short) === 'there' ? short : plain
}

/** A name for a journal that is set aside; none that was set aside before is lost. @param journal of {@link journalOf} */
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
    if (n < nbytes) throw new BlpkError('IO', 'the archive became shorter while it was read')
  }
  put(littleEndian64(hash.digest()))
  disk.sync(to)
}

/** A journal that its reader does not understand would undo nothing. */
function checkReadable(facts: JournalFacts): void {
  if (parseFacts(formatFacts(facts).subarray(PREFIX_BYTES)) === undefined)
    throw new Error('no journal can undo what a change plans')
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
 * Saves what a change will overwrite beside the archive, and flushes it: from then on a change that does not
 * come to its end is undone by whoever opens the archive next.
 * @param fd the archive, open and locked
 * @returns which file the journal is
 */
export async function writeJournal(disk: Disk, fd: number, path: string, plan: ChangePlan): Promise<FileId> {
  const newHash = await xxh64()
  const anchor = anchorOf(disk, fd, plan.kept, newHash())
  const archive = disk.facts(fd)
  // Who may write to it could have changed the archive, so only who changes it does.
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

/** Removes a journal for good: the change that it could undo counts. */
export function removeJournal(disk: Disk, path: string): void {
  disk.unlink(path)
  disk.syncDirectory(dirname(path))
}
