import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { littleEndian64, toHex, xxh64 } from '../../dist/core/xxh64.js'
import { nodeDisk } from '../../dist/disk/disk.js'
import { formatFacts, type JournalFacts } from '../../dist/disk/journal-format.js'
import { describeHolder } from '../../dist/disk/recover.js'
import { append as appendSources, BytesPlainSource, compress, MemorySource } from '../../dist/index.js'
import { openArchiveFile } from '../../dist/verbs/open.js'
import { KillingDisk } from '../faults/killing-disk.js'
import { makeData } from '../support/data.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const OWNER = 4242
const STRANGER = 65_534
const isPosix = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0
const root = scratchDirectory()
const plain = makeData('noisy', 10_700, 4, 1)
const more = makeData('noisy', 5_000, 4, 2)
const pack = { chunkSize: 2000, typesize: 4, threads: 1, maxAppChunks: 100 }
/** Six chunks, of which five are full. */
const archive = await compress(plain, pack)
/** One chunk that is not full, so that an append keeps none. */
const single = await compress(plain.subarray(0, 1000), pack)
let count = 0
let home = ''
let path = ''
let journal = ''

function start(bytes: Uint8Array): void {
  home = join(root, String(count++))
  mkdirSync(home)
  path = join(home, 'a.blp')
  journal = `${path}.blpk-journal`
  writeFileSync(path, bytes, { mode: 0o644 })
}

beforeEach(() => start(archive))

async function append(o: object = {}, name = path): Promise<void> {
  await appendSources(name, new BytesPlainSource(new MemorySource(more)), { threads: 1, typesize: 4, ...o })
}

/** Leaves the archive half changed, with its journal, as a kill does. */
async function leaveHot(): Promise<void> {
  const rehearsal = join(home, 'rehearsal')
  copyFileSync(path, rehearsal)
  const counting = new KillingDisk(nodeDisk)
  await append({ disk: counting.disk }, rehearsal)
  nodeDisk.unlink(rehearsal)
  const operation = counting.operations.lastIndexOf('write')
  const killing = new KillingDisk(nodeDisk, { operation, phase: 'after' })
  await expect(append({ disk: killing.disk })).rejects.toThrow()
  killing.bury()
}

/** Opens the archive for reading. @returns what was said of its journal */
async function notesOf(): Promise<string[]> {
  const notes: string[] = []
  await (await openArchiveFile(path, { onNote: (note) => notes.push(note) })).close()
  return notes
}

/** Reading neither changes the archive nor applies the journal, and names it. */
async function expectPassed(reason: RegExp): Promise<void> {
  const before = readFileSync(path)
  const notes = await notesOf()
  expect(notes).toEqual([expect.stringContaining(`'${journal}' is not accepted as a journal`)])
  expect(notes[0]).toMatch(reason)
  expect(sameBytes(readFileSync(path), before)).toBe(true)
  expect(existsSync(journal)).toBe(true)
}

async function expectApplied(): Promise<void> {
  expect((await notesOf()).join()).toMatch(/was rolled back/)
  expect(existsSync(journal)).toBe(false)
}

/** A journal as somebody would forge it who can read the archive. */
async function forge(change: Partial<JournalFacts>, data: Uint8Array = new Uint8Array(0)): Promise<void> {
  const { ino, size } = statSync(path, { bigint: true })
  const head = readFileSync(path).subarray(0, 32).toString('hex')
  const facts: JournalFacts = {
    ...{ pid: 1, host: 'h', started: 's', locked: true, ino: String(ino), size: Number(size) },
    ...{ before: head, after: head, anchor: undefined, ranges: [] },
    ...change,
  }
  const front = Buffer.concat([formatFacts(facts), data])
  const digest = (await xxh64())().update(front).digest()
  writeFileSync(journal, Buffer.concat([front, littleEndian64(digest)]))
}

async function anchorAt(position: number, nbytes: number) {
  const hash = (await xxh64())().update(readFileSync(path).subarray(position, position + nbytes))
  return { position, nbytes, xxh64: toHex(hash.digest()) }
}

describe.runIf(isPosix)('whose journal counts', () => {
  test.runIf(isRoot)('not one of somebody else, for readers and for writers', async () => {
    await leaveHot()
    chownSync(path, OWNER, OWNER)
    chownSync(journal, STRANGER, STRANGER)
    await expectPassed(/belongs to user 65534/)
    const half = readFileSync(path)
    const notes: string[] = []
    await append({ onNote: (note: string) => notes.push(note) }).catch(() => undefined)
    expect(notes.join()).toContain(`'${journal}' was set aside as '${journal}.stale'`)
    expect(sameBytes(readFileSync(path).subarray(0, 32), half.subarray(0, 32))).toBe(false)
  })

  test.runIf(isRoot).each([0, OWNER])('one of user %i does, of an archive of user 4242', async (user) => {
    await leaveHot()
    chownSync(path, OWNER, OWNER)
    chownSync(journal, user, user)
    await expectApplied()
    expect(sameBytes(readFileSync(path), archive)).toBe(true)
  })

  test('not one that others may write, whom the archive keeps out', async () => {
    await leaveHot()
    for (const mode of [0o646, 0o664, 0o666]) {
      chmodSync(journal, mode)
      await expectPassed(/users who cannot write to the archive can write to it/)
    }
    chmodSync(path, 0o664)
    chmodSync(journal, 0o664)
    await expectApplied()
  })

  test('not one with several names', async () => {
    await leaveHot()
    linkSync(journal, join(home, 'kept'))
    await expectPassed(/2 hard links/)
  })

  test('nor a named pipe, which nobody waits for', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', journal])
    await expectPassed(/not a regular file/)
    await append()
    expect(readdirSync(home)).toEqual(['a.blp', 'a.blp.blpk-journal.stale'])
  })

  test('a failed append is rolled back by its own journal, whoever that belongs to', async () => {
    const own: (typeof nodeDisk)['facts'] = (fd) => {
      const facts = nodeDisk.facts(fd)
      return facts.size < 1000 ? { ...facts, uid: STRANGER } : facts
    }
    const disk = {
      ...nodeDisk,
      facts: own,
      find: (name: string) => {
        const facts = nodeDisk.find(name)
        return facts && (name === journal ? { ...facts, uid: STRANGER } : facts)
      },
    }
    let writes = 0
    const write: (typeof nodeDisk)['write'] = (fd, bytes, at) => {
      if (at > archive.length && ++writes === 2) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      nodeDisk.write(fd, bytes, at)
    }
    await expect(append({ disk: { ...disk, write } })).rejects.toThrow(/the archive is unchanged/)
    expect(sameBytes(readFileSync(path), archive)).toBe(true)
    expect(existsSync(journal)).toBe(false)
  })
})

describe('what a journal proves', () => {
  const evil = Buffer.from('EVIL'.repeat(10))

  test.each<[string, (size: number) => Partial<JournalFacts>, Uint8Array?]>([
    ['the last bytes, without an anchor', (size) => ({ ranges: [[size - 40, 40]] }), evil],
    ['everything, without an anchor', () => ({ size: 32 })],
    ['nothing, and makes the archive larger', () => ({ size: 2 ** 40 })],
    [
      'nothing, by an anchor of no bytes',
      () => ({ ino: '1', anchor: { position: 64, nbytes: 0, xxh64: 'ef46db3751d8e999' } }),
    ],
    [
      'ranges that share bytes',
      () => ({
        ranges: [
          [0, 32],
          [16, 24],
        ],
      }),
      Buffer.alloc(56),
    ],
  ])('it is not applied where it would change %s', async (_, change, data) => {
    for (const bytes of [archive, single]) {
      start(bytes)
      await forge(change(bytes.length), data)
      await notesOf()
      expect(sameBytes(readFileSync(path), bytes)).toBe(true)
    }
  })

  test('an anchor that it would overwrite proves nothing, one that stays does', async () => {
    const at = archive.length - 40
    await forge({ ino: '1', ranges: [[at, 40]], anchor: await anchorAt(at - 10, 40) }, evil)
    await notesOf()
    expect(sameBytes(readFileSync(path), archive)).toBe(true)
    await forge({ ino: '1', ranges: [[at, 40]], anchor: await anchorAt(at - 40, 40) }, evil)
    await notesOf()
    expect(readFileSync(path).subarray(at).equals(evil)).toBe(true)
  })

  test('where no chunk is kept, the file and all of its chunks', async () => {
    start(single)
    await leaveHot()
    const half = readFileSync(path)
    const saved = readFileSync(journal)
    // On another inode it is another archive.
    const copy = join(home, 'copy')
    copyFileSync(path, copy)
    const kept = join(home, 'kept')
    renameSync(path, kept)
    renameSync(copy, path)
    await notesOf()
    expect(sameBytes(readFileSync(path), half)).toBe(true)
    renameSync(kept, path)
    // A journal that was copied is not the one that was written.
    copyFileSync(journal, copy)
    renameSync(copy, journal)
    await notesOf()
    expect(sameBytes(readFileSync(path), half)).toBe(true)
    expect(sameBytes(readFileSync(journal), saved)).toBe(true)
    nodeDisk.unlink(journal)
  })

  test('where no chunk is kept, it is rolled back in its place, renamed with its archive too', async () => {
    start(single)
    await leaveHot()
    const moved = join(home, 'b.blp')
    renameSync(path, moved)
    renameSync(journal, `${moved}.blpk-journal`)
    path = moved
    journal = `${moved}.blpk-journal`
    await expectApplied()
    expect(sameBytes(readFileSync(path), single)).toBe(true)
  })
})

describe('a journal without end', () => {
  test('is not read where its size is not what its ranges add up to', async () => {
    await forge({})
    truncateSync(journal, 2 ** 38)
    const began = performance.now()
    await notesOf()
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('is read only until somebody interrupts', async () => {
    const { length } = archive
    const front: Partial<JournalFacts> = { size: length + 2 ** 38, ranges: [[length, 2 ** 38]] }
    await forge({ ...front, anchor: await anchorAt(archive.length - 40, 40) })
    truncateSync(journal, statSync(journal).size + 2 ** 38)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const began = performance.now()
    const opening = openArchiveFile(path, { signal: controller.signal })
    await expect(opening).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

test('what a journal says does nothing to a terminal', () => {
  const host = '\u001b[31mroot\u001b[0m\u202e\n'
  const said = describeHolder({ pid: 1, host, started: 'x'.repeat(1000) } as JournalFacts)
  expect(said).not.toMatch(/\p{C}/u)
  expect(said.length).toBeLessThan(200)
})
