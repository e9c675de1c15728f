// Opens archives for reading as a snapshot, without a lock, while others may change them.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteSource } from '../bytes/byte-source.js'
import type { FindMutable, Range, ReadNow } from '../bytes/mutable-parts.js'
import type { Closable } from '../core/dispose.js'
import { BlpkError, closedError } from '../core/errors.js'
import { attempt, ioError } from '../core/io-errors.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import { openForChange } from './changing-file.js'
import { type Disk, type FileFacts, nodeDisk, sameFile } from './disk.js'
import { type FoundJournal, findJournal } from './find-journal.js'
import { journalOf } from './journal.js'
import { mutableParts } from './mutable.js'
import { present } from './names.js'
import type { Note } from './note.js'
import type { Journal } from './open-journal.js'
import { memoryPatch, overlay, type Patch, touches } from './patches.js'
import { describePassed, mayBeAtWork } from './recover.js'
import { TemporaryFile } from './temporary-file.js'

/** A last chunk of more bytes than this is copied into a file, not into memory. */
const MAX_IN_MEMORY = 32 * 2 ** 20
const COPY_BYTES = 1 << 20
/** Openings that others got in the way of, before it is given up. */
const MAX_TRIES = 400
const PAUSE_MS = 5

/** Options of reading an archive from a file. */
export interface ReadOptions {
  /** Only the front and the first chunk's header are going to be read. */
  frontOnly?: boolean
  /** Told when an unfinished change was rolled back, or of a journal that was read past. */
  onNote?: Note
  signal?: AbortSignal | undefined
  /** The file operations; those of the machine by default. */
  disk?: Disk
}

/** How a snapshot is taken. */
interface Snapshot extends ReadOptions {
  find: FindMutable
}

/** An archive in a file, in the state that it had when it was opened, however it is changed meanwhile. */
class StateSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true
  declare readonly fd?: number
  readonly #disk: Disk
  readonly #file: number
  /** What a change may alter under it, from elsewhere. */
  readonly #patches: readonly Patch[]
  readonly #close: () => void
  #isClosed = false

  constructor(disk: Disk, file: number, name: string, size: number, patches: Patch[], close: () => void) {
    this.name = name
    this.size = size
    if (disk.shared) this.fd = file
    this.#disk = disk
    this.#file = file
    this.#patches = patches
    this.#close = close
  }

  read(position: number, into: Uint8Array): number {
    // The number of the file may be that of another one by now.
    if (this.#isClosed) throw closedError(`'${this.name}'`)
    const wanted = into.subarray(0, Math.max(0, Math.min(into.length, this.size - position)))
    const n = attempt('read', this.name, () => this.#disk.read(this.#file, wanted, position))
    return overlay(this.#patches, position, wanted, n)
  }

  inFile(position: number, nbytes: number): boolean {
    return !touches(this.#patches, position, nbytes)
  }

  close(): void {
    if (!this.#isClosed) this.#close()
    this.#isClosed = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}

/** What has to be closed together. */
class Closers {
  readonly #all: (() => void)[] = []

  add(close: () => void): void {
    this.#all.push(close)
  }

  close(): void {
    for (const close of this.#all.splice(0)) close()
  }
}

/** Copies a range into a file that nobody else sees. */
function spillPatch([position, nbytes]: Range, read: ReadNow, closers: Closers): Patch {
  const file = new TemporaryFile()
  closers.add(() => file.close())
  while (file.size < nbytes) {
    const piece = read(position + file.size, Math.min(COPY_BYTES, nbytes - file.size))
    if (piece.length === 0) break
    file.append(piece)
  }
  return { position, nbytes: file.size, read: (offset, into) => file.read(offset, into) }
}

/** Whoever cannot write to the archive may do in the place of the journal what they like: it means nothing. */
function counts(found: FoundJournal): found is Exclude<FoundJournal, { kind: 'none' | 'stranger' }> {
  return found.kind !== 'none' && found.kind !== 'stranger'
}

/** Is the journal what it was? */
function isSameJournal(was: FoundJournal, now: FoundJournal): boolean {
  if (!counts(was) || !counts(now)) return counts(was) === counts(now)
  if (was.kind === 'hot' || now.kind === 'hot') return false
  return was.kind === now.kind && sameFile(was.id, now.id)
}

/** Is everything as it was, so that what was read since belongs to one state? */
async function isSettled(
  disk: Disk,
  fd: number,
  path: string,
  was: FileFacts,
  found: FoundJournal,
  o: Snapshot,
): Promise<boolean> {
  if (!sameFile(disk.find(path), was)) return false
  const journal = journalOf(path, disk)
  if (found.kind === 'hot') return sameFile(present(disk, journal), found.journal.id)
  const now = disk.facts(fd)
  if (now.size !== was.size || now.stamp !== was.stamp) return false
  const again = await findJournal(disk, fd, journal, o)
  if (again.kind === 'hot') again.journal.close()
  return isSameJournal(found, again)
}

/** Rolls back what a writer that is gone left undone. @returns false where that is not for us to do */
async function isRolledBack(name: string, journal: Journal, o: Snapshot): Promise<boolean> {
  if (mayBeAtWork(journal.facts, true)) return false
  try {
    const file = await openForChange(name, o.find, { ...o, lockTimeout: 0 })
    file.close()
    return true
  } catch (error) {
    // Somebody is at work, or the file cannot be written: the state before is read past the change.
    if (error instanceof BlpkError) return false
    throw error
  }
}

function readerOf(disk: Disk, fd: number, size: number, patches: readonly Patch[]): ReadNow {
  return (position, nbytes) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(nbytes, size - position)))
    return bytes.subarray(0, overlay(patches, position, bytes, disk.read(fd, bytes, position)))
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** Copies what a change may alter. @returns undefined where that was changing meanwhile */
async function copyMutable(
  read: ReadNow,
  { find, frontOnly = false }: Snapshot,
  closers: Closers,
): Promise<Patch[] | undefined> {
  const { front, last } = await mutableParts(find, read, frontOnly)
  const copies = front.map(([position, nbytes]) => ({ position, bytes: read(position, nbytes) }))
  const patches = copies.map(({ position, bytes }) => memoryPatch(position, bytes))
  if (last !== undefined && last[1] > MAX_IN_MEMORY) patches.push(spillPatch(last, read, closers))
  else if (last !== undefined) patches.push(memoryPatch(last[0], read(...last)))
  const same = copies.every(({ position, bytes }) => sameBytes(bytes, read(position, bytes.length)))
  return same ? patches : undefined
}

/** @returns undefined where others changed it meanwhile */
async function tryToOpen(
  name: string,
  path: string,
  o: Snapshot,
  closers: Closers,
): Promise<(ByteSource & Closable) | undefined> {
  const { disk = nodeDisk } = o
  const fd = disk.open(path, 'r')
  closers.add(() => disk.close(fd))
  const facts = disk.facts(fd)
  if (!facts.isFile) throw new BlpkError('IO', `cannot read '${name}': it is no regular file`, { path: name })
  const found = await findJournal(disk, fd, journalOf(path, disk), o)
  if (found.kind === 'hot') {
    closers.add(() => found.journal.close())
    if (await isRolledBack(name, found.journal, o)) return undefined
  }
  const saved = found.kind === 'hot' ? found.journal.patches : []
  const size = found.kind === 'hot' ? found.journal.facts.size : facts.size
  const read = readerOf(disk, fd, size, saved)
  const copied = await copyMutable(read, o, closers)
  if (copied === undefined || !(await isSettled(disk, fd, path, facts, found, o))) return undefined
  const passed = describePassed(found, journalOf(path, disk))
  if (passed !== undefined) o.onNote?.(passed)
  return new StateSource(disk, fd, name, size, [...saved, ...copied], () => closers.close())
}

/**
 * Opens an archive in a file for reading, in the state that it has now: changes that others begin or
 * finish meanwhile do not show. What a writer that was killed left undone is rolled back, or read past where the file
 * cannot be written.
 * @param file a path, or a `file:` URL
 * @param find says what a change may alter
 * @throws BlpkError NOT_FOUND, IO, INTERRUPTED; USAGE for a URL of another scheme
 */
export async function openSnapshot(
  file: PlaceName,
  find: FindMutable,
  options: ReadOptions = {},
): Promise<ByteSource & Closable> {
  const o = { ...options, find }
  const name = placeName(file)
  const { disk = nodeDisk } = o
  for (let i = 0; i < MAX_TRIES; i++) {
    const closers = new Closers()
    try {
      const source = await tryToOpen(name, disk.realpath(name), o, closers)
      if (source !== undefined) return source
    } catch (error) {
      closers.close()
      throw ioError(error, 'open', name)
    }
    closers.close()
    await sleep(Math.random() * PAUSE_MS)
  }
  throw new BlpkError('IO', `'${name}' is being changed all the time: try again`, { path: name })
}
