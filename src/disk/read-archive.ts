// Opens archives for reading as a snapshot, without a lock, while others may change them.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteSource } from '../bytes/byte-source.js'
import type { FindMutable, Range, ReadNow } from '../bytes/mutable-parts.js'
import type { Closable } from '../core/dispose.js'
import { BlpkError, closedError } from '../core/errors.js'
import { attempt, ioError } from '../core/io-errors.js'
import { type PlaceName, placeName } from '../core/place-name.js'
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

/** A last chunk larger than this (in bytes) is copied to a file instead of memory. */
const MAX_IN_MEMORY = 32 * 2 ** 20
const COPY_BYTES = 1 << 20
/** Number of failed attempts to open a snapshot before giving up. */
const MAX_TRIES = 400
const PAUSE_MS = 5

/** Options of reading an archive from a file. */
export interface ReadOptions {
  /** Only the front and the header of the first chunk will be read. */
  frontOnly?: boolean
  /** Only this part will be read, of a container with names inside. */
  inner?: string
  /** Called when an unfinished change was rolled back, or a journal was ignored. */
  onNote?: Note
  signal?: AbortSignal | undefined
  /** The file operations. Default: those of the machine. */
  disk?: Disk
}

/** How a snapshot is taken. */
interface Snapshot extends ReadOptions {
  find: FindMutable
}

/** A snapshot of an archive in a file, unaffected by later changes. */
class StateSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true
  declare readonly fd?: number
  readonly #disk: Disk
  readonly #file: number
  /** The parts that a change may alter underneath, from elsewhere. */
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
    // The descriptor number may have been reused for another file.
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

/** Files that must be closed together. */
class Closers {
  readonly #all: (() => void)[] = []

  add(close: () => void): void {
    this.#all.push(close)
  }

  close(): void {
    for (const close of this.#all.splice(0)) close()
  }
}

/** Copies a range to a private file. */
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

/** If we cannot write to the archive, the journal may come from anyone, so it means nothing. */
function counts(found: FoundJournal): found is Exclude<FoundJournal, { kind: 'none' | 'stranger' }> {
  return found.kind !== 'none' && found.kind !== 'stranger'
}

/** Whether the journal is unchanged. */
function isSameJournal(was: FoundJournal, now: FoundJournal): boolean {
  if (!counts(was) || !counts(now)) return counts(was) === counts(now)
  if (was.kind === 'hot' || now.kind === 'hot') return false
  return was.kind === now.kind && sameFile(was.id, now.id)
}

/** Whether everything is unchanged, so that all reads since then are of one state. */
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

/** Rolls back what a dead writer left unfinished. @returns false if this process must not do it */
async function isRolledBack(name: string, journal: Journal, o: Snapshot): Promise<boolean> {
  if (mayBeAtWork(journal.facts, true)) return false
  try {
    const { openForChange } = await import('./changing-file.js')
    const file = await openForChange(name, o.find, { ...o, lockTimeout: 0 })
    file.close()
    return true
  } catch (error) {
    // A process is writing, or the file is read-only: read the old state through the change.
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

/** Copies the parts that a change may alter. @returns undefined if they were changing meanwhile */
async function copyMutable(
  read: ReadNow,
  { find, ...reading }: Snapshot,
  closers: Closers,
): Promise<Patch[] | undefined> {
  const { front, last } = await mutableParts(find, read, reading)
  const copies = front.map(([position, nbytes]) => ({ position, bytes: read(position, nbytes) }))
  const patches = copies.map(({ position, bytes }) => memoryPatch(position, bytes))
  if (last !== undefined && last[1] > MAX_IN_MEMORY) patches.push(spillPatch(last, read, closers))
  else if (last !== undefined) patches.push(memoryPatch(last[0], read(...last)))
  const same = copies.every(({ position, bytes }) => sameBytes(bytes, read(position, bytes.length)))
  return same ? patches : undefined
}

/** @returns undefined if others changed it meanwhile */
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
  if (!facts.isFile)
    throw new BlpkError('IO', `cannot read '${name}': it is not a regular file`, { path: name })
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
 * Opens a snapshot of an archive in a file for reading: changes that others begin or finish later are not
 * visible. What a killed writer left unfinished is rolled back, or ignored if the file is read-only.
 * @param file a path, or a `file:` URL
 * @param find finds the parts that a change may alter
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
  throw new BlpkError('IO', `'${name}' keeps changing: try again`, { path: name })
}
