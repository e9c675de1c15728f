// Files that are open for a change: locked, journalled, and rolled back if the change fails.

import { dirname, join } from 'node:path'
import type { ChangePlan, Editable, Refronted, Replaceable } from '../bytes/editable.js'
import type { FindMutable, Range } from '../bytes/mutable-parts.js'
import { PEEK_BYTES } from '../bytes/peek.js'
import { now } from '../core/clock.js'
import { BlpkError, damaged, unsupported } from '../core/errors.js'
import { attempt, ioError } from '../core/io-errors.js'
import { type Disk, type FileFacts, type FileId, nodeDisk, sameFile } from './disk.js'
import type { LockWait } from './file-lock.js'
import { findJournal, holderOf } from './find-journal.js'
import { journalOf, writeJournal } from './journal.js'
import { FileSink } from './new-file.js'
import type { Note } from './note.js'
import { describeHolder, recover, rollBack } from './recover.js'
import { temporaryStart } from './temporary.js'
import { waitForArchiveLock } from './writers-lock.js'

/** How a change of an archive waits for other writers. */
export interface LockOptions {
  /** How long to wait for other writers, in seconds. Default: 60; 0 means not to wait. */
  lockTimeout?: number
  /** `false`: take no lock. Only safe if nothing else writes to the archive. */
  lock?: boolean
  signal?: AbortSignal | undefined
  /** Called when an unfinished change was rolled back, or a journal was set aside. */
  onNote?: Note
  /** The file operations. Default: those of the machine. */
  disk?: Disk
}

export const DEFAULT_LOCK_TIMEOUT = 60
const COPY_BYTES = 4 * 2 ** 20
/** Windows cannot replace an open file. */
export const CLOSE_BEFORE_REPLACING = process.platform === 'win32'

/** A file whose changes are invisible until they are done, such as one under a temporary name. */
class HiddenFile implements Editable {
  readonly name: string
  readonly seekable = true
  protected readonly descriptor: number
  protected readonly disk: Disk

  constructor(disk: Disk, fd: number, name: string) {
    this.disk = disk
    this.descriptor = fd
    this.name = name
  }

  get facts(): FileFacts {
    return this.disk.facts(this.descriptor)
  }

  get size(): number {
    return this.facts.size
  }

  read(position: number, into: Uint8Array): number {
    return attempt('read', this.name, () => this.disk.read(this.descriptor, into, position))
  }

  write(position: number, bytes: Uint8Array): void {
    attempt('write', this.name, () => this.disk.write(this.descriptor, bytes, position))
  }

  truncate(size: number): void {
    attempt('write', this.name, () => this.disk.truncate(this.descriptor, size))
  }

  sync(): void {
    attempt('write', this.name, () => this.disk.sync(this.descriptor))
  }

  async begin(_plan: ChangePlan): Promise<void> {}

  commit(): void {}

  async rollBack(): Promise<boolean> {
    return true
  }

  close(): void {}
}

/** An archive that is open for changes, with the writers' lock. Closing it releases the lock. */
export class ChangingFile extends HiddenFile implements Replaceable {
  /** With all links resolved. */
  readonly path: string
  readonly #find: FindMutable
  readonly #journal: string
  readonly #locked: boolean
  readonly #unlock: () => void
  #isOpen = true
  /** The journal of this change. */
  #own: FileId | undefined
  #state: 'untouched' | 'begun' | 'committed' = 'untouched'
  /** What can be undone: ranges of the file before the change, and its size. */
  #saved: readonly Range[] = []
  #sizeBefore = 0

  constructor(disk: Disk, { fd, unlock }: Locked, name: string, path: string, find: FindMutable) {
    super(disk, fd, name)
    this.#find = find
    this.#locked = unlock !== undefined
    this.#unlock = unlock ?? (() => {})
    this.path = path
    this.#journal = journalOf(path, disk)
  }

  override async begin(plan: ChangePlan): Promise<void> {
    this.checkSingleName()
    this.#saved = plan.ranges
    this.#sizeBefore = this.size
    try {
      const all = { ...plan, locked: this.#locked }
      this.#own = await writeJournal(this.disk, this.descriptor, this.#journal, all)
    } catch (error) {
      throw ioError(error, 'write', this.#journal)
    }
    this.#state = 'begun'
  }

  override write(position: number, bytes: Uint8Array): void {
    this.#checkSaved(position, position + bytes.length)
    super.write(position, bytes)
  }

  override truncate(size: number): void {
    this.#checkSaved(size, this.#sizeBefore)
    super.truncate(size)
  }

  /** Even if the plan of a change is wrong, nothing is overwritten that could not be restored. */
  #checkSaved(start: number, stop: number): void {
    const end = Math.min(stop, this.#sizeBefore)
    const isSaved = this.#saved.some(([at, nbytes]) => at <= start && end <= at + nbytes)
    if (this.#state !== 'begun' || (start < end && !isSaved))
      throw new Error('a change would overwrite bytes that were not saved first')
  }

  /**
   * The journal is beside one name, and a new file replaces one name only.
   * @throws BlpkError UNSUPPORTED if the file has several names
   */
  checkSingleName(): void {
    const { nlink } = this.facts
    if (nlink <= 1 || dropLeftLink(this.disk, this.path)) return
    throw unsupported(`'${this.name}' is a file with ${nlink} hard links: change a copy of it`, {
      path: this.name,
    })
  }

  override commit(): void {
    if (this.#state !== 'begun') return
    attempt('remove', this.#journal, () => this.disk.unlink(this.#journal))
    this.#state = 'committed'
    attempt('flush', dirname(this.path), () => this.disk.syncDirectory(dirname(this.path)))
  }

  override async rollBack(): Promise<boolean> {
    if (this.#state !== 'begun') return this.#state === 'untouched'
    const how = { find: this.#find, own: this.#own }
    const found = await findJournal(this.disk, this.descriptor, this.#journal, how)
    if (found.kind !== 'hot') throw new BlpkError('IO', `the journal '${this.#journal}' is gone`)
    rollBack(this.disk, this.descriptor, this.#journal, found.journal)
    this.#state = 'untouched'
    return true
  }

  /** A sink for its replacement, with the same mode and owner. */
  #beside(): FileSink {
    const owner = this.facts
    return new FileSink(this.path, {
      overwrite: true,
      like: { mode: owner.mode },
      owner,
      disk: this.disk,
    })
  }

  /** @param sink with the complete content. If necessary, the lock is released right before */
  async #replaceBy(sink: FileSink): Promise<void> {
    if (CLOSE_BEFORE_REPLACING) this.close()
    await sink.commit()
  }

  async replace(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    this.checkSingleName()
    const sink = this.#beside()
    try {
      for await (const piece of pieces) sink.write(piece)
      await this.#replaceBy(sink)
    } catch (error) {
      sink.discard()
      throw error
    }
  }

  async withFront(front: readonly Uint8Array[], start: number, stop: number): Promise<Refronted> {
    this.checkSingleName()
    const sink = this.#beside()
    try {
      for (const piece of front) sink.write(piece)
      this.#copyInto(sink, start, stop)
    } catch (error) {
      sink.discard()
      throw error
    }
    return {
      archive: new HiddenFile(this.disk, sink.fd, this.name),
      publish: () => this.#replaceBy(sink),
      discard: () => sink.discard(),
    }
  }

  #copyInto(sink: FileSink, start: number, stop: number): void {
    const piece = new Uint8Array(Math.min(COPY_BYTES, stop - start))
    for (let at = start; at < stop; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, stop - at))
      const n = this.read(at, part)
      if (n < part.length) throw damaged(`the archive ends at byte ${at + n}`, { offset: at })
      sink.write(part)
    }
  }

  override close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    try {
      this.disk.close(this.descriptor)
    } finally {
      this.#unlock()
    }
  }
}

/** A run that was killed while it renamed its output may also have left the temporary name. */
function dropLeftLink(disk: Disk, path: string): boolean {
  const own = disk.find(path)
  const start = temporaryStart(path)
  for (const name of disk.list(dirname(path))) {
    const other = join(dirname(path), name)
    if (name.startsWith(start) && name.endsWith('.tmp') && sameFile(disk.find(other), own)) disk.unlink(other)
  }
  return disk.find(path)?.nlink === 1
}

function lockedError(disk: Disk, fd: number, name: string, path: string, seconds: number): BlpkError {
  const holder = holderOf(disk, fd, journalOf(path, disk))
  const who = holder === undefined ? 'another process' : describeHolder(holder)
  const waited = seconds > 0 ? ` for more than ${seconds} s` : ''
  const message = `'${name}' is locked by ${who}${waited}`
  return new BlpkError('LOCKED', message, { path: name }, undefined, { option: 'lockTimeout' })
}

/** What the lock is for, and how to wait for it. */
interface Wait extends LockWait {
  /** Total waiting time, for messages. */
  seconds: number
  /** Whether the file will be replaced as a whole. */
  replaces: boolean
  find: FindMutable
}

function waitForLock(
  disk: Disk,
  fd: number,
  name: string,
  path: string,
  wait: Wait & { note: Note | undefined },
): Promise<() => void> {
  const late = (): BlpkError => lockedError(disk, fd, name, path, wait.seconds)
  return waitForArchiveLock(disk, fd, path, { ...wait, late })
}

/** Some files are also written by other programs, with their own lock; it is always taken second. */
async function lockAgainstPeers(
  disk: Disk,
  fd: number,
  name: string,
  path: string,
  wait: Wait & { note: Note | undefined },
): Promise<() => void> {
  if (disk.lockFrame === undefined) return () => {}
  const read = (position: number, nbytes: number): Uint8Array => {
    const bytes = new Uint8Array(nbytes)
    return bytes.subarray(
      0,
      attempt('read', name, () => disk.read(fd, bytes, position)),
    )
  }
  const container = await wait.find(read(0, PEEK_BYTES), read)
  if (container?.peerLock !== true) return () => {}
  return disk.lockFrame(name, path, { ...wait, owner: disk.facts(fd), create: !wait.replaces })
}

interface Locked {
  fd: number
  /** Undefined if no lock was to be taken. */
  unlock: (() => void) | undefined
}

/** Opens the file and takes its locks. @returns undefined if the name now refers to another file */
async function openLocked(
  name: string,
  path: string,
  o: LockOptions,
  wait: Wait,
): Promise<Locked | undefined> {
  const { disk = nodeDisk, onNote: note } = o
  const fd = attempt('open', name, () => disk.open(path, 'r+'))
  let unlock: (() => void) | undefined
  let keep = false
  try {
    const facts = disk.facts(fd)
    if (!facts.isFile)
      throw new BlpkError('IO', `cannot change '${name}': it is not a regular file`, { path: name })
    if (o.lock !== false) {
      const own = await waitForLock(disk, fd, name, path, { ...wait, note })
      unlock = own
      const other = await lockAgainstPeers(disk, fd, name, path, { ...wait, note })
      unlock = () => {
        other()
        own()
      }
    }
    keep = sameFile(disk.find(path), facts)
    return keep ? { fd, unlock } : undefined
  } finally {
    if (!keep) {
      unlock?.()
      disk.close(fd)
    }
  }
}

/**
 * Opens an archive for changes: waits for other writers, and rolls back what a killed writer left unfinished.
 * @param find finds the parts that a change may alter
 * @param replaces whether a new file will replace it
 * @throws BlpkError LOCKED after the timeout; UNSUPPORTED if files cannot be locked; INTERRUPTED, NOT_FOUND,
 * IO
 */
export async function openForChange(
  name: string,
  find: FindMutable,
  o: LockOptions = {},
  replaces = false,
): Promise<ChangingFile> {
  const { disk = nodeDisk, lockTimeout: seconds = DEFAULT_LOCK_TIMEOUT, signal } = o
  const wait = { seconds, replaces, find, end: now() + seconds * 1000, signal }
  let locked: Locked | undefined
  let path: string
  do {
    path = attempt('open', name, () => disk.realpath(name))
    locked = await openLocked(name, path, o, wait)
  } while (locked === undefined)
  const file = new ChangingFile(disk, locked, name, path, find)
  try {
    await recover(disk, locked.fd, journalOf(path, disk), { find, signal, onNote: o.onNote })
    return file
  } catch (error) {
    file.close()
    throw ioError(error, 'roll back', name)
  }
}
