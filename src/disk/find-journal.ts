// Finds the journal of an archive, and decides whether it belongs to the archive and can be trusted.

import type { FindMutable, Range, ReadNow } from '../bytes/mutable-parts.js'
import { littleEndian64, toHex, type Xxh64, xxh64 } from '../core/xxh64.js'
import { type Disk, type FileFacts, type FileId, sameFile } from './disk.js'
import {
  DIGEST_BYTES,
  isKnownVersion,
  type JournalFacts,
  MAX_HEAD_BYTES,
  PREFIX_BYTES,
  parseFacts,
  parsePrefix,
} from './journal-format.js'
import { frontOf } from './mutable.js'
import { present } from './names.js'
import { Journal } from './open-journal.js'
import { overlay } from './patches.js'
import { digestFront, digestRange } from './pieces.js'
import { distrust } from './trust.js'

/**
 * What is at the path of the journal: nothing; an unfinished journal, so the archive is unchanged; a complete
 * one of another archive or another state; a file that is not a journal; one of an unknown version, or an
 * unreadable one; a file by a user who cannot write to the archive; or a complete one that belongs to the
 * archive.
 */
export type FoundJournal =
  | { kind: 'none' }
  | { kind: 'torn' | 'foreign' | 'alien'; id: FileId }
  | { kind: 'newer'; version: number; id: FileId }
  | { kind: 'unreadable'; why: string; id: FileId }
  | { kind: 'stranger'; why: string }
  | { kind: 'hot'; journal: Journal }

export interface FindOptions {
  /** The parts of the archive that a change may alter. */
  find: FindMutable
  /** Identity of a journal that this run wrote: it is trusted whoever owns it. */
  own?: FileId | undefined
  signal?: AbortSignal | undefined
}

/** Opening fails with these because of the file, not for lack of resources. */
const STRANGE: Record<string, string> = {
  ELOOP: 'it is not a regular file',
  EMLINK: 'it is not a regular file',
  ENXIO: 'it is not a regular file',
  EISDIR: 'it is not a regular file',
}
const UNREADABLE: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
}

/** If the archive was longer in the journal's time, the journal must contain the missing part. */
function restores({ size, ranges }: JournalFacts, now: number): boolean {
  return size <= now || ranges.some(([at, n]) => at <= now && at + n === size)
}

/** Whether the journal's change can have left the archive with this header. */
function hasHeader(disk: Disk, archive: number, facts: JournalFacts): boolean {
  const before = Buffer.from(facts.before, 'hex')
  const after = Buffer.from(facts.after, 'hex')
  const header = new Uint8Array(before.length)
  if (disk.read(archive, header, 0) < header.length) return false
  return header.every((byte, i) => byte === before[i] || byte === after[i])
}

function covers(ranges: readonly Range[], start: number, stop: number): boolean {
  let at = start
  for (const [position, nbytes] of [...ranges].sort(([a], [b]) => a - b)) {
    if (position <= at) at = Math.max(at, position + nbytes)
  }
  return at >= stop
}

/**
 * Without an anchor: whether it is the same file, and the journal has the whole header and all chunks. Device
 * numbers may change with a restart, so the journal does not store them. Instead, both files must be on one
 * device with their old inode numbers.
 */
async function isSameWithoutChunks(
  disk: Disk,
  archive: number,
  journal: Journal,
  find: FindMutable,
): Promise<boolean | 'unknown'> {
  const { facts, id } = journal
  const { ino, dev } = disk.facts(archive)
  if (String(ino) !== facts.ino || dev !== id.dev) return false
  if (facts.self !== undefined && facts.self !== String(id.ino)) return false
  const read: ReadNow = (position, nbytes) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(nbytes, facts.size - position)))
    return bytes.subarray(0, overlay(journal.patches, position, bytes, disk.read(archive, bytes, position)))
  }
  const front = await frontOf(find, read)
  if (front === 'unknown') return front
  if (front === undefined || facts.before.length / 2 < Math.min(front.header, MAX_HEAD_BYTES)) return false
  const { chunks } = front
  return chunks === undefined || (chunks < facts.size && covers(facts.ranges, chunks, facts.size))
}

/** Whether it is the archive of the journal, in a state that the journal's change can have left. */
async function belongs(
  disk: Disk,
  archive: number,
  journal: Journal,
  hash: Xxh64,
  find: FindMutable,
): Promise<boolean | 'unknown'> {
  const { facts } = journal
  if (!hasHeader(disk, archive, facts) || !restores(facts, disk.facts(archive).size)) return false
  const { anchor } = facts
  if (anchor === undefined) return isSameWithoutChunks(disk, archive, journal, find)
  return toHex(digestRange(disk, archive, anchor.position, anchor.nbytes, hash)) === anchor.xxh64
}

/** Whether the xxh64 at its end matches everything before it. */
async function isSealed(
  disk: Disk,
  fd: number,
  size: number,
  hash: Xxh64,
  signal?: AbortSignal,
): Promise<boolean> {
  const sealed = size - DIGEST_BYTES
  const digest = new Uint8Array(DIGEST_BYTES)
  if (sealed < PREFIX_BYTES || disk.read(fd, digest, sealed) < DIGEST_BYTES) return false
  const expected = littleEndian64(await digestFront(disk, fd, sealed, hash, signal))
  return digest.every((byte, i) => byte === expected[i])
}

function savedBytes({ ranges }: JournalFacts): number {
  return ranges.reduce((sum, [, nbytes]) => sum + nbytes, 0)
}

function factsIn(disk: Disk, fd: number): JournalFacts | undefined {
  const first = new Uint8Array(PREFIX_BYTES)
  const prefix = parsePrefix(first.subarray(0, disk.read(fd, first, 0)))
  if (prefix.kind !== 'journal') return undefined
  const bytes = new Uint8Array(prefix.factsBytes)
  return disk.read(fd, bytes, PREFIX_BYTES) < bytes.length ? undefined : parseFacts(bytes)
}

/** Everything that its first bytes and its size reveal is checked before the rest is read. */
async function judge(
  disk: Disk,
  archive: number,
  fd: number,
  { find, signal }: FindOptions,
): Promise<FoundJournal> {
  const { dev, ino, size } = disk.facts(fd)
  const id = { dev, ino }
  const first = new Uint8Array(PREFIX_BYTES)
  const prefix = parsePrefix(first.subarray(0, disk.read(fd, first, 0)))
  if (prefix.kind !== 'journal') return { kind: prefix.kind === 'alien' ? 'alien' : 'torn', id }
  if (!isKnownVersion(prefix.version)) return { kind: 'newer', version: prefix.version, id }
  const dataAt = PREFIX_BYTES + prefix.factsBytes
  if (dataAt + DIGEST_BYTES > size) return { kind: 'torn', id }
  const bytes = new Uint8Array(prefix.factsBytes)
  disk.read(fd, bytes, PREFIX_BYTES)
  const facts = parseFacts(bytes)
  if (facts === undefined || dataAt + savedBytes(facts) + DIGEST_BYTES !== size) return { kind: 'torn', id }
  const newHash = await xxh64()
  const journal = new Journal(disk, fd, id, facts, dataAt)
  const isOfArchive = await belongs(disk, archive, journal, newHash(), find)
  // Setting it aside would leave the archive half changed for a program that knows its kind.
  if (isOfArchive === 'unknown')
    return { kind: 'unreadable', why: 'it belongs to an unknown kind of archive', id }
  if (!isOfArchive) return { kind: 'foreign', id }
  if (!(await isSealed(disk, fd, size, newHash(), signal))) return { kind: 'torn', id }
  return { kind: 'hot', journal }
}

/** Opens a trusted journal. @returns the finding for one that cannot be opened */
function openTrusted(disk: Disk, archive: FileFacts, path: string, own?: FileId): number | FoundJournal {
  const why = (file: FileFacts): string | undefined =>
    sameFile(file, own) ? undefined : distrust(file, archive)
  const there = present(disk, path)
  if (there === undefined) return { kind: 'none' }
  const before = why(there)
  if (before !== undefined) return { kind: 'stranger', why: before }
  let fd: number
  try {
    fd = disk.open(path, 'guarded')
  } catch (error) {
    return notOpened(error, there)
  }
  // The name may refer to another file by now.
  const now = why(disk.facts(fd))
  if (now === undefined) return fd
  disk.close(fd)
  return { kind: 'stranger', why: now }
}

function notOpened(error: unknown, id: FileId): FoundJournal {
  const { code = '' } = error as NodeJS.ErrnoException
  // The writer may have finished by now.
  if (code === 'ENOENT') return { kind: 'none' }
  if (code in STRANGE) return { kind: 'stranger', why: STRANGE[code] ?? '' }
  if (code in UNREADABLE) return { kind: 'unreadable', why: UNREADABLE[code] ?? '', id }
  throw error
}

/**
 * Looks for the journal of an open archive, and checks whether it is valid.
 * @param path of the journal
 * @throws BlpkError INTERRUPTED; errors of `node:fs`
 */
export async function findJournal(
  disk: Disk,
  archive: number,
  path: string,
  o: FindOptions,
): Promise<FoundJournal> {
  const fd = openTrusted(disk, disk.facts(archive), path, o.own)
  if (typeof fd !== 'number') return fd
  let found: FoundJournal = { kind: 'none' }
  try {
    found = await judge(disk, archive, fd, o)
    return found
  } finally {
    if (found.kind !== 'hot') disk.close(fd)
  }
}

/** Whether a journal of an unknown version is complete. @throws BlpkError INTERRUPTED; errors of `node:fs` */
export async function isWhole(disk: Disk, path: string, signal?: AbortSignal): Promise<boolean> {
  const fd = disk.open(path, 'guarded')
  try {
    return await isSealed(disk, fd, disk.facts(fd).size, (await xxh64())(), signal)
  } finally {
    disk.close(fd)
  }
}

/** The process that wrote a journal, for messages; undefined if unknown or not trusted. */
export function holderOf(disk: Disk, archive: number, path: string): JournalFacts | undefined {
  try {
    const fd = openTrusted(disk, disk.facts(archive), path)
    if (typeof fd !== 'number') return undefined
    try {
      return factsIn(disk, fd)
    } finally {
      disk.close(fd)
    }
  } catch {
    return undefined
  }
}
