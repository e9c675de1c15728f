// A directory of files that appears under its name only when it is complete.

import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { recogniserOfFront } from '../bytes/archives.js'
import { PEEK_BYTES } from '../bytes/peek.js'
import { BlpkError } from '../core/errors.js'
import { attempt, ioError } from '../core/io-errors.js'
import { nodeDisk } from '../disk/disk.js'
import { writeFully } from '../disk/fully.js'
import { resolvedPath } from '../disk/links.js'
import { type Access, accessOf, directoryMode, HAS_MODES, modeWithin, NEW_FILE } from '../disk/modes.js'
import { existsError } from '../disk/new-file.js'
import { flushName, removeLeft } from '../disk/published.js'
import { temporaryBeside } from '../disk/temporary.js'
import { outputPlace } from './path.js'

export interface DirectorySinkOptions {
  /** Replace an existing directory or file. */
  overwrite?: boolean
  /** A file whose mode the files take over, and with them the directory. */
  like?: Access | undefined
  /**
   * Files whose contents go into the directory. It must not be accessible to more users than each of them.
   */
  within?: readonly Access[] | undefined
  /** Whether a file of this name may be removed when a directory is replaced. */
  mayReplace: (name: string) => boolean
  /** A file in the replaced directory, whose mode the new files take over. */
  example?: string
  /**
   * A file that the new directory takes over from the old one, if present: processes that have it open keep
   * using it.
   */
  keeps?: string
  /**
   * Called before the directory replaces another one, for example to wait for writers. The function that it
   * returns is called afterwards.
   */
  beforeReplace?: ((path: string) => Promise<() => void>) | undefined
}

/** On Windows, a directory cannot be renamed while a virus scanner reads it. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const

/** A directory may replace a single-file frame or archive, but no other data. */
function isContainerFile(path: string): boolean {
  const fd = nodeDisk.open(path, 'guarded')
  try {
    const front = new Uint8Array(PEEK_BYTES)
    const found = recogniserOfFront(front.subarray(0, nodeDisk.read(fd, front, 0)))
    return found !== undefined && found.onlyRead !== true
  } finally {
    nodeDisk.close(fd)
  }
}

function fileThereError(path: string): BlpkError {
  const way = 'name another output, or remove it first to replace it'
  const message = `'${path}' is a data file; a sparse frame never replaces it: ${way}`
  return new BlpkError('EXISTS', message, { path })
}

/** A directory cannot replace a pipe, a device or a descriptor. @throws BlpkError IO */
function refuseStreams(path: string): void {
  const { kind } = outputPlace(path)
  if (kind === 'descriptor' || kind === 'device')
    throw new BlpkError('IO', `cannot write '${path}': it is a stream, which cannot hold a directory`, {
      path,
    })
}

/**
 * A directory of files that appears under its name only when it is complete: it is written beside it, flushed
 * and renamed. A replaced directory is renamed first, because directories cannot be exchanged in one step. A
 * crash in between leaves both, complete, under temporary names.
 */
export class DirectorySink {
  readonly name: string
  readonly #temporary: string
  readonly #replaces: boolean
  readonly #options: DirectorySinkOptions
  readonly #limits: readonly Access[]
  #size = 0

  /** @throws BlpkError EXISTS if there is something that must not be replaced; NOT_FOUND, IO */
  constructor(path: string, options: DirectorySinkOptions) {
    const there = attempt('create', path, () => lstatSync(path, { throwIfNoEntry: false }))
    if (there !== undefined && options.overwrite !== true) throw existsError(path)
    refuseStreams(path)
    this.name = there === undefined ? path : attempt('create', path, () => resolvedPath(path))
    this.#replaces = there !== undefined
    this.#options = options
    if (there !== undefined) this.#checkOld(options.mayReplace)
    this.#temporary = temporaryBeside(this.name)
    this.#limits = HAS_MODES ? this.#findLimits() : []
    attempt('create', path, () => this.#create())
  }

  #findLimits(): Access[] {
    const { like, within = [] } = this.#options
    const limits = [...(like === undefined ? [] : [like]), ...within]
    return this.#replaces ? [...limits, accessOf(this.name, this.#options.example)] : limits
  }

  /** As of a new file; undefined if the umask decides. */
  get #mode(): number | undefined {
    if (!HAS_MODES) return undefined
    return this.#options.like?.mode ?? (this.#replaces ? this.#limits.at(-1)?.mode : undefined)
  }

  #create(): void {
    const mode = this.#mode
    if (!HAS_MODES) return void mkdirSync(this.#temporary)
    mkdirSync(this.#temporary, directoryMode(modeWithin(mode ?? NEW_FILE, this.#limits, undefined)))
    if (mode === undefined) return
    const fd = nodeDisk.open(this.#temporary, 'guarded')
    try {
      nodeDisk.dress(fd, directoryMode(modeWithin(mode, this.#limits, nodeDisk.facts(fd).gid)))
    } finally {
      closeSync(fd)
    }
  }

  #open(path: string): number {
    const mode = this.#mode
    const fd = nodeDisk.open(path, 'wx+', modeWithin(mode ?? NEW_FILE, this.#limits, undefined))
    if (mode !== undefined) nodeDisk.dress(fd, modeWithin(mode, this.#limits, nodeDisk.facts(fd).gid))
    return fd
  }

  /** Only files that are part of the replaced frame are removed. */
  #checkOld(mayReplace: (name: string) => boolean): void {
    if (!lstatSync(this.name).isDirectory()) {
      if (!isContainerFile(this.name)) throw fileThereError(this.name)
      return
    }
    const other = attempt('read', this.name, () => readdirSync(this.name)).find((name) => !mayReplace(name))
    if (other === undefined) return
    const message = `the directory '${this.name}' also holds '${other}', so it is not replaced; move '${other}' away`
    throw new BlpkError('EXISTS', message, { path: this.name })
  }

  /** Total size of the files so far, in bytes. */
  get size(): number {
    return this.#size
  }

  /** Writes and flushes a file. */
  async write(name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const path = join(this.#temporary, name)
    const fd = attempt('create', path, () => this.#open(path))
    try {
      for await (const piece of pieces) {
        attempt('write', path, () => writeFully(fd, piece, null))
        this.#size += piece.length
      }
      attempt('write', path, () => fsyncSync(fd))
    } finally {
      closeSync(fd)
    }
  }

  async commit(): Promise<void> {
    let release: (() => void) | undefined
    try {
      const old = this.#replaces ? temporaryBeside(this.name) : undefined
      try {
        nodeDisk.syncDirectory(this.#temporary)
        if (old !== undefined) release = await this.#options.beforeReplace?.(this.name)
        if (old !== undefined) this.#replace(old)
        else renameSync(this.#temporary, this.name)
      } catch (error) {
        this.discard()
        throw ioError(error, 'write', this.name)
      }
      flushName(nodeDisk, this.name, old)
      if (old !== undefined) removeLeft(old, this.name, () => rmSync(old, REMOVAL))
    } finally {
      release?.()
    }
  }

  #replace(old: string): void {
    this.#handOn(this.name, this.#temporary)
    renameSync(this.name, old)
    try {
      renameSync(this.#temporary, this.name)
    } catch (error) {
      renameSync(old, this.name)
      this.#handOn(this.#temporary, this.name)
      throw error
    }
  }

  #handOn(from: string, to: string): void {
    const { keeps } = this.#options
    if (keeps === undefined || !existsSync(join(from, keeps))) return
    renameSync(join(from, keeps), join(to, keeps))
  }

  discard(): void {
    attempt('remove', this.#temporary, () => rmSync(this.#temporary, REMOVAL))
  }
}
