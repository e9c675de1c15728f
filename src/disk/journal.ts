import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { BlpkError, unsupported } from '../errors.js'
import type { Disk, FileFacts } from './disk.js'
import {
  type Anchor,
  DIGEST_BYTES,
  formatFacts,
  isKnownVersion,
  type JournalFacts,
  MAX_ANCHOR_BYTES,
  MAX_HEAD_BYTES,
  PREFIX_BYTES,
  parseFacts,
  parsePrefix,
} from './journal-format.js'
import { toHex, type Xxh64, xxh64 } from './xxh64.js'

const COPY_BYTES = 1 << 20

/** Where the journal of an archive lies. @param path of the archive, all links resolved */
export function journalOf(path: string): string {
  return `${path}.blpk-journal`
}

/** What a change of an archive is going to do. Positions and sizes are in bytes. */
export interface ChangePlan {
  /** Ranges that will be overwritten; what lies behind the end of the file needs no saving. */
  ranges: readonly [position: number, nbytes: number][]
  /** The header before and after, equally long. */
  before: Uint8Array
  after: Uint8Array
  /** Chunks that stay as they are. */
  kept: { start: number; stop: number }
  /** Does who makes the change have the lock? */
  locked?: boolean
}

/** Goes over a range of an open file piece by piece. @returns how many bytes there were */
function inPieces(
  disk: Disk,
  fd: number,
  position: number,
  nbytes: number,
  use: (piece: Uint8Array, offset: number) => void,
): number {
  const room = new Uint8Array(Math.min(COPY_BYTES, nbytes))
  let done = 0
  while (done < nbytes) {
    const piece = room.subarray(0, Math.min(room.length, nbytes - done))
    const n = disk.read(fd, piece, position + done)
    use(piece.subarray(0, n), done)
    done += n
    if (n < piece.length) break
  }
  return done
}

function digestRange(disk: Disk, fd: number, position: number, nbytes: number, hash: Xxh64): bigint {
  inPieces(disk, fd, position, nbytes, (piece) => hash.update(piece))
  return hash.digest()
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

function littleEndian64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(DIGEST_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
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

/**
 * Saves what a change will overwrite beside the archive, and flushes it: from then on a change that does not
 * come to its end is undone by whoever opens the archive next.
 * @param fd the archive, open and locked
 */
export async function writeJournal(disk: Disk, fd: number, path: string, plan: ChangePlan): Promise<void> {
  const newHash = await xxh64()
  const archive = disk.facts(fd)
  const facts: JournalFacts = {
    pid: process.pid,
    host: hostname(),
    locked: plan.locked !== false,
    started: new Date().toISOString(),
    ino: String(archive.ino),
    size: archive.size,
    before: headOf(plan.before),
    after: headOf(plan.after),
    anchor: anchorOf(disk, fd, plan.kept, newHash()),
    ranges: plan.ranges.map((range) => cutTo(archive.size, range)),
  }
  const journal = disk.open(path, 'wx+')
  try {
    try {
      disk.dress(journal, archive.mode, archive)
      writeAll(disk, journal, fd, facts, newHash())
    } finally {
      disk.close(journal)
    }
    disk.syncDirectory(dirname(path))
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

/** A whole journal that belongs to an archive, open for reading. */
export class Journal {
  readonly facts: JournalFacts
  /** Number of its file. */
  readonly ino: bigint
  readonly #disk: Disk
  readonly #fd: number
  readonly #starts: number[] = []

  constructor(disk: Disk, fd: number, ino: bigint, facts: JournalFacts, dataAt: number) {
    this.#disk = disk
    this.#fd = fd
    this.ino = ino
    this.facts = facts
    let at = dataAt
    for (const [, nbytes] of facts.ranges) {
      this.#starts.push(at)
      at += nbytes
    }
  }

  /** Reads saved bytes of a range, from `offset` in it on. */
  read(range: number, offset: number, into: Uint8Array): void {
    const n = this.#disk.read(this.#fd, into, (this.#starts[range] ?? 0) + offset)
    if (n < into.length) throw new BlpkError('IO', 'the journal became shorter while it was read')
  }

  /** Puts the archive back as it was, and flushes it. */
  apply(archive: number): void {
    this.facts.ranges.forEach(([position, nbytes], i) => {
      inPieces(this.#disk, this.#fd, this.#starts[i] ?? 0, nbytes, (piece, offset) =>
        this.#disk.write(archive, piece, position + offset),
      )
    })
    this.#disk.truncate(archive, this.facts.size)
    this.#disk.sync(archive)
  }

  close(): void {
    this.#disk.close(this.#fd)
  }
}

/**
 * What lies where the journal of an archive would be: nothing; one that was never finished, so that the archive
 * was not touched; a whole one of another archive or another state of it; a file that is no journal; no file at
 * all; or a whole one that belongs to it.
 */
export type Found =
  | { kind: 'none' }
  | { kind: 'torn' | 'foreign' | 'alien' | 'obstacle'; ino: bigint }
  | { kind: 'hot'; journal: Journal }

/** Is it the archive of the journal, in a state that the journal's change can have left? */
function belongs(disk: Disk, archive: number, facts: JournalFacts, hash: Xxh64): boolean {
  const before = Buffer.from(facts.before, 'hex')
  const after = Buffer.from(facts.after, 'hex')
  const header = new Uint8Array(before.length)
  if (disk.read(archive, header, 0) < header.length) return false
  if (!header.every((byte, i) => byte === before[i] || byte === after[i])) return false
  const { anchor } = facts
  // The number of the device is not compared: it may change when the machine starts again.
  if (anchor === undefined) return String(disk.facts(archive).ino) === facts.ino
  return toHex(digestRange(disk, archive, anchor.position, anchor.nbytes, hash)) === anchor.xxh64
}

function savedBytes(facts: JournalFacts): number {
  return facts.ranges.reduce((sum, [, nbytes]) => sum + nbytes, 0)
}

async function judge(disk: Disk, archive: number, fd: number, file: FileFacts): Promise<Found> {
  const { ino, size } = file
  const first = new Uint8Array(PREFIX_BYTES)
  const prefix = parsePrefix(first.subarray(0, disk.read(fd, first, 0)))
  if (prefix.kind !== 'journal') return { kind: prefix.kind === 'alien' ? 'alien' : 'torn', ino }
  const sealed = size - DIGEST_BYTES
  const digest = new Uint8Array(DIGEST_BYTES)
  if (sealed < PREFIX_BYTES + prefix.factsBytes) return { kind: 'torn', ino }
  const newHash = await xxh64()
  const expected = littleEndian64(digestRange(disk, fd, 0, sealed, newHash()))
  if (disk.read(fd, digest, sealed) < DIGEST_BYTES) return { kind: 'torn', ino }
  if (!digest.every((byte, i) => byte === expected[i])) return { kind: 'torn', ino }
  if (!isKnownVersion(prefix.version)) {
    throw unsupported(
      `the archive has a journal of version ${prefix.version}: open it with the newer blpk that wrote it`,
    )
  }
  const bytes = new Uint8Array(prefix.factsBytes)
  disk.read(fd, bytes, PREFIX_BYTES)
  const facts = parseFacts(bytes)
  const dataAt = PREFIX_BYTES + prefix.factsBytes
  if (facts === undefined || dataAt + savedBytes(facts) !== sealed) return { kind: 'alien', ino }
  if (!belongs(disk, archive, facts, newHash())) return { kind: 'foreign', ino }
  return { kind: 'hot', journal: new Journal(disk, fd, ino, facts, dataAt) }
}

/**
 * Looks for the journal of an open archive, and at whether it is one.
 * @param path where the journal would be
 */
export async function findJournal(disk: Disk, archive: number, path: string): Promise<Found> {
  const there = disk.find(path)
  if (there === undefined) return { kind: 'none' }
  if (!there.isFile) return { kind: 'obstacle', ino: there.ino }
  let fd: number
  try {
    fd = disk.open(path, 'r')
  } catch (error) {
    // Whoever changes the archive may have come to the end of it meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'none' }
    throw error
  }
  let found: Found = { kind: 'none' }
  try {
    found = await judge(disk, archive, fd, disk.facts(fd))
    return found
  } finally {
    if (found.kind !== 'hot') disk.close(fd)
  }
}

/** Who has a journal open or left it, for messages; undefined where it does not say. */
export function holderOf(disk: Disk, path: string): JournalFacts | undefined {
  try {
    const fd = disk.open(path, 'r')
    try {
      const first = new Uint8Array(PREFIX_BYTES)
      disk.read(fd, first, 0)
      const prefix = parsePrefix(first)
      if (prefix.kind !== 'journal') return undefined
      const bytes = new Uint8Array(prefix.factsBytes)
      return disk.read(fd, bytes, PREFIX_BYTES) < bytes.length ? undefined : parseFacts(bytes)
    } finally {
      disk.close(fd)
    }
  } catch {
    return undefined
  }
}
