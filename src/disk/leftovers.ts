// Finds temporary files and journals of killed runs, for `blpk clean`.

import { type Dirent, lstatSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { FindMutable } from '../bytes/mutable-parts.js'
import { BlpkError } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { openForChange } from './changing-file.js'
import { nodeDisk } from './disk.js'
import { findJournal } from './find-journal.js'
import { JOURNAL_ENDING, STALE_ENDING } from './journal.js'
import { namesBeside } from './names.js'
import { mayBeAlive } from './process-alive.js'
import { ownerOfTemporary, thisMachine } from './temporary.js'

/** A file that a killed run left, or that looks like it. */
export interface Leftover {
  path: string
  kind: 'temporary' | 'journal'
  /** Time of the last write. */
  written: Date
  /** Whether it may be removed. If not, `why` says what it is needed for. */
  isWaste: boolean
  why: string
  /** Removes it. @throws BlpkError LOCKED if a process is using it; IO */
  remove(): Promise<void>
}

/** Options of the search for leftovers. */
export interface LeftoverOptions {
  /** The parts of archives that a change may alter. */
  find: FindMutable
  /** Whether a container writes files of this name into its directories. */
  isPart: (name: string) => boolean
  /** Files of other machines are only leftovers if they are older than this, in ms since 1970. */
  before: number
  /** The same for files of this machine, whose dead processes are known. */
  ownBefore: number
  signal: AbortSignal
}

const STALE = new RegExp(`\\${JOURNAL_ENDING}\\${STALE_ENDING}\\d*$`)

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Time of the last write to a file, or to any file in a directory. */
function writtenAt(path: string, stat: Stats): number {
  if (!stat.isDirectory()) return stat.mtimeMs
  const names = readdirSync(path)
  return Math.max(stat.mtimeMs, ...names.map((name) => statOf(join(path, name))?.mtimeMs ?? 0))
}

function removeTemporary(path: string, stat: Stats, { isPart }: LeftoverOptions): void {
  if (!stat.isDirectory()) {
    unlinkSync(path)
    return
  }
  // Only files that blpk writes there, so that directories of other programs are kept.
  for (const name of readdirSync(path)) if (isPart(name)) unlinkSync(join(path, name))
  rmdirSync(path)
}

function judgeTemporary(path: string, name: string, o: LeftoverOptions): Leftover | undefined {
  const owner = ownerOfTemporary(name)
  const stat = owner && statOf(path)
  if (owner === undefined || stat === undefined || !(stat.isFile() || stat.isDirectory())) return undefined
  const at = attempt('read', path, () => writtenAt(path, stat))
  const isOurs = owner.machine === thisMachine()
  const lives = isOurs && mayBeAlive(owner.pid, at)
  const isWaste = !lives && at <= (isOurs ? o.ownBefore : o.before)
  const reason = isOurs ? `process ${owner.pid} has ended` : 'written on another machine, or before a restart'
  return {
    path,
    kind: 'temporary',
    written: new Date(at),
    isWaste,
    why: lives ? `process ${owner.pid} may be running` : isWaste ? reason : `${reason}, and too recent`,
    remove: async () => attempt('remove', path, () => removeTemporary(path, stat, o)),
  }
}

/** Archives in a directory whose journals have shortened names, by these names. */
function shortened(directory: string, names: readonly string[]): Map<string, string> {
  const known = new Map<string, string>()
  for (const name of names) {
    const { short } = namesBeside(join(directory, name), JOURNAL_ENDING)
    if (short !== undefined) known.set(short, join(directory, name))
  }
  return known
}

/** The relation of a journal to its archive. */
async function judgeJournal(path: string, archive: string, o: LeftoverOptions): Promise<[boolean, string]> {
  const fd = attempt('open', archive, () => nodeDisk.open(archive, 'r'))
  try {
    const found = await findJournal(nodeDisk, fd, path, o)
    if (found.kind === 'hot') found.journal.close()
    switch (found.kind) {
      case 'hot':
        return [
          false,
          `it undoes an interrupted change of '${archive}': any command on that archive applies it`,
        ]
      case 'torn':
        return [true, 'its run ended before it changed anything']
      case 'foreign':
      case 'alien':
        return [true, `it does not match '${archive}' as it is now`]
      default:
        return [false, 'why' in found ? found.why : 'it cannot be read here']
    }
  } finally {
    nodeDisk.close(fd)
  }
}

async function lookAtJournal(
  path: string,
  stat: Stats,
  archives: ReadonlyMap<string, string>,
  o: LeftoverOptions,
): Promise<Leftover> {
  const isAside = STALE.test(path)
  const journal = path.replace(STALE, JOURNAL_ENDING)
  const archive = archives.get(journal) ?? journal.slice(0, -JOURNAL_ENDING.length)
  const isThere = statOf(archive)?.isFile() === true
  const [isWaste, why] = isThere
    ? await judgeJournal(path, archive, o)
    : [
        isAside,
        isAside ? 'it was set aside' : 'its archive is not here: it may have been moved without the journal',
      ]
  const remove = async (): Promise<void> => {
    if (isAside) attempt('remove', path, () => unlinkSync(path))
    else await removeUnderLock(path, archive, o)
  }
  return {
    path,
    kind: 'journal',
    written: stat.mtime,
    isWaste: isWaste && stat.mtimeMs <= o.ownBefore,
    why,
    remove,
  }
}

/** Writers of a journal hold the lock of the archive, so check again under the lock. */
async function removeUnderLock(path: string, archive: string, o: LeftoverOptions): Promise<void> {
  const before = new Set(readdirSync(join(path, '..')))
  const file = await openForChange(archive, o.find, { lockTimeout: 0, signal: o.signal })
  try {
    // An invalid journal was removed or set aside when the archive was opened.
    for (const name of readdirSync(join(path, '..'))) {
      const aside = join(path, '..', name)
      if (!before.has(name) && aside.startsWith(path) && STALE.test(name)) unlinkSync(aside)
    }
  } finally {
    file.close()
  }
}

function entriesOf(directory: string): Dirent[] {
  return attempt('read', directory, () => readdirSync(directory, { withFileTypes: true }))
}

/**
 * Searches a directory and its subdirectories for leftovers of killed runs: temporary files and directories,
 * and journals. Links are not followed. Nothing is changed.
 * @throws BlpkError NOT_FOUND, IO, INTERRUPTED
 */
export async function* findLeftovers(directory: string, o: LeftoverOptions): AsyncGenerator<Leftover> {
  const entries = entriesOf(directory)
  let archives: Map<string, string> | undefined
  for (const entry of entries) {
    if (o.signal.aborted) throw new BlpkError('INTERRUPTED', 'interrupted')
    const { name } = entry
    const path = join(directory, name)
    const temporary = judgeTemporary(path, name, o)
    if (temporary !== undefined) {
      yield temporary
      continue
    }
    if (entry.isDirectory()) yield* findLeftovers(path, o)
    const stat = name.endsWith(JOURNAL_ENDING) || STALE.test(name) ? statOf(path) : undefined
    if (stat?.isFile() !== true) continue
    archives ??= shortened(
      directory,
      entries.map((other) => other.name),
    )
    yield await lookAtJournal(path, stat, archives, o)
  }
}
