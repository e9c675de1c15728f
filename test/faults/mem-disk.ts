import { basename, dirname, join } from 'node:path'
import type { OpenFlags } from '../../dist/disk/disk.js'
import type { Disk, FileFacts } from '../../dist/index.js'
import { between, type Random } from '../support/random.js'

/** Disks write this many bytes at once or not at all. */
const SECTOR = 512

type Change = { kind: 'write'; position: number; bytes: Uint8Array } | { kind: 'truncate'; size: number }

/** A file: what survives a power cut, and what was done since the last flush. */
interface Inode {
  ino: bigint
  mode: number
  durable: Uint8Array
  live: Uint8Array
  changes: Change[]
  locked: boolean
  stamp: number
}

type NameChange =
  | { kind: 'set'; path: string; inode: Inode }
  | { kind: 'delete'; path: string }
  | { kind: 'rename'; from: string; to: string; inode: Inode }

interface Opened {
  inode: Inode
  locks: boolean
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  out.set(bytes.subarray(0, size))
  return out
}

function changed(bytes: Uint8Array, change: Change): Uint8Array {
  if (change.kind === 'truncate') return resized(bytes, change.size)
  const { position, bytes: added } = change
  const out = resized(bytes, Math.max(bytes.length, position + added.length))
  out.set(added, position)
  return out
}

function fail(code: string): never {
  throw Object.assign(new Error(code), { code })
}

function renamed(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === 'set') names.set(change.path, change.inode)
  else if (change.kind === 'delete') names.delete(change.path)
  else {
    names.delete(change.from)
    names.set(change.to, change.inode)
  }
}

/** What a power cut may leave of a file: each sector as it was at any time since the last flush. */
function torn(inode: Inode, random: Random): Uint8Array {
  const states = [inode.durable]
  for (const change of inode.changes) states.push(changed(states.at(-1) ?? inode.durable, change))
  const any = (): Uint8Array => states[between(random, 0, states.length - 1)] ?? inode.durable
  const out = new Uint8Array(any().length)
  for (let at = 0; at < out.length; at += SECTOR) {
    const end = Math.min(at + SECTOR, out.length)
    out.set(any().subarray(at, end), at)
  }
  return out
}

/** A file system in memory that knows what a power cut may do to it. One directory deep, enough for archives. */
export class MemDisk {
  readonly disk: Disk
  readonly #names = new Map<string, Inode>()
  readonly #durableNames = new Map<string, Inode>()
  #nameChanges: NameChange[] = []
  readonly #open = new Map<number, Opened>()
  #next = 100

  constructor(files: Iterable<[path: string, bytes: Uint8Array, ino?: bigint]>) {
    for (const [path, bytes, ino] of files) {
      const inode = this.#inode(bytes, ino)
      this.#names.set(path, inode)
      this.#durableNames.set(path, inode)
    }
    this.disk = this.#make()
  }

  #inode(bytes: Uint8Array, ino?: bigint): Inode {
    this.#next++
    return {
      ino: ino ?? BigInt(this.#next),
      mode: 0o644,
      durable: bytes,
      live: bytes,
      changes: [],
      locked: false,
      stamp: 0,
    }
  }

  /** All files with their bytes. */
  files(): Map<string, Uint8Array> {
    return new Map([...this.#names].map(([path, { live }]) => [path, live]))
  }

  /** The disk after the process died, but not the machine. */
  survivor(): MemDisk {
    return new MemDisk([...this.#names].map(([path, { live, ino }]) => [path, live, ino]))
  }

  /** The disk after a power cut: what was not flushed is there or not, names too. */
  afterPowerCut(random: Random): MemDisk {
    const names = new Map(this.#durableNames)
    const inOrder = random() < 0.5
    const upTo = between(random, 0, this.#nameChanges.length)
    this.#nameChanges.forEach((change, i) => {
      if (inOrder ? i < upTo : random() < 0.5) renamed(names, change)
    })
    return new MemDisk([...names].map(([path, inode]) => [path, torn(inode, random), inode.ino]))
  }

  #at(path: string): Inode {
    return this.#names.get(path) ?? fail('ENOENT')
  }

  #opened(fd: number): Opened {
    return this.#open.get(fd) ?? fail('EBADF')
  }

  #change(fd: number, change: Change): void {
    const { inode } = this.#opened(fd)
    const copy = change.kind === 'write' ? { ...change, bytes: change.bytes.slice() } : change
    inode.changes.push(copy)
    inode.live = changed(inode.live, copy)
    inode.stamp++
  }

  #name(change: NameChange): void {
    this.#nameChanges.push(change)
    renamed(this.#names, change)
  }

  #factsOf(inode: Inode): FileFacts {
    const { ino, mode, live, stamp } = inode
    const nlink = [...this.#names.values()].filter((other) => other === inode).length
    return {
      isFile: true,
      size: live.length,
      ino,
      dev: 1n,
      mode,
      uid: 0,
      gid: 0,
      nlink,
      stamp: String(stamp),
    }
  }

  #openFile(path: string, flags: OpenFlags): number {
    if (flags === 'wx+') {
      if (this.#names.has(path)) fail('EEXIST')
      this.#name({ kind: 'set', path, inode: this.#inode(new Uint8Array(0)) })
    }
    const fd = ++this.#next
    this.#open.set(fd, { inode: this.#at(path), locks: false })
    return fd
  }

  #closeFile(fd: number): void {
    const opened = this.#opened(fd)
    if (opened.locks) opened.inode.locked = false
    this.#open.delete(fd)
  }

  async #tryLock(fd: number): Promise<boolean> {
    const opened = this.#opened(fd)
    if (opened.inode.locked) return false
    opened.inode.locked = opened.locks = true
    return true
  }

  #make(): Disk {
    return {
      shared: false,
      realpath: (path) => {
        this.#at(path)
        return path
      },
      find: (path) => {
        const inode = this.#names.get(path)
        return inode === undefined ? undefined : this.#factsOf(inode)
      },
      list: (directory) =>
        [...this.#names.keys()].filter((path) => dirname(path) === directory).map((path) => basename(path)),
      open: (path, flags) => this.#openFile(path, flags),
      facts: (fd) => this.#factsOf(this.#opened(fd).inode),
      read: (fd, into, position) => {
        const piece = this.#opened(fd).inode.live.subarray(position, position + into.length)
        into.set(piece)
        return piece.length
      },
      write: (fd, bytes, position) => this.#change(fd, { kind: 'write', position, bytes }),
      truncate: (fd, size) => this.#change(fd, { kind: 'truncate', size }),
      sync: (fd) => {
        const { inode } = this.#opened(fd)
        inode.durable = inode.live
        inode.changes = []
      },
      dress: (fd, mode) => {
        this.#opened(fd).inode.mode = mode
      },
      close: (fd) => this.#closeFile(fd),
      setTimes: () => {},
      rename: (from, to) => this.#name({ kind: 'rename', from, to, inode: this.#at(from) }),
      link: (from, to) => {
        if (this.#names.has(to)) fail('EEXIST')
        this.#name({ kind: 'set', path: to, inode: this.#at(from) })
      },
      unlink: (path) => {
        this.#at(path)
        this.#name({ kind: 'delete', path })
      },
      syncDirectory: () => {
        for (const change of this.#nameChanges) renamed(this.#durableNames, change)
        this.#nameChanges = []
      },
      tryLock: (fd) => this.#tryLock(fd),
    }
  }
}

/** Where archives lie on it. */
export const ARCHIVE = join('/', 'd', 'a.blp')
