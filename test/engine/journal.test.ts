import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { nodeDisk, type OpenFlags } from '../../dist/disk/disk.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import {
  type AppendOptions,
  append as appendSources,
  BytesPlainSource,
  compress,
  decompress,
  MemorySource,
  type PlainSource,
} from '../../dist/index.js'
import { KillingDisk } from '../faults/killing-disk.js'
import { makeData } from '../support/data.js'
import { between, seeded } from '../support/random.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const root = scratchDirectory()
const plain = makeData('noisy', 10_700, 4, 1)
const more = makeData('noisy', 5_000, 4, 2)
const archive = await compress(plain, { chunkSize: 2000, typesize: 4, threads: 1, maxAppChunks: 100 })
const isPosix = process.platform !== 'win32'
let count = 0
let home = ''
let path = ''
let journal = ''

beforeEach(() => {
  home = join(root, String(count++))
  mkdirSync(home)
  path = join(home, 'a.blp')
  journal = `${path}.blpk-journal`
  writeFileSync(path, archive)
})

function source(bytes: Uint8Array = more): PlainSource {
  return new BytesPlainSource(new MemorySource(bytes))
}

function append(o: AppendOptions = {}, name = path) {
  return appendSources(name, source(), { threads: 1, typesize: 4, ...o })
}

/** Leaves the archive half changed, with its journal, as a kill does. */
async function leaveHot(name = path): Promise<void> {
  const rehearsal = join(home, 'rehearsal')
  copyFileSync(name, rehearsal)
  const counting = new KillingDisk(nodeDisk)
  await append({ disk: counting.disk }, rehearsal)
  rmSync(rehearsal)
  const { operations } = counting
  // The last of the front's writes: the header.
  const killing = new KillingDisk(nodeDisk, { operation: operations.lastIndexOf('write'), phase: 'after' })
  await expect(append({ disk: killing.disk }, name)).rejects.toThrow()
  killing.bury()
}

async function read(name = path): Promise<Uint8Array> {
  const opened = await openArchive(name)
  await opened.close()
  return decompress(readFileSync(name), { threads: 1 })
}

function isAsBefore(): boolean {
  return sameBytes(readFileSync(path), archive)
}

describe('a hot journal', () => {
  test('is rolled back by who reads', async () => {
    await leaveHot()
    expect(isAsBefore()).toBe(false)
    const notes: string[] = []
    await (await openArchive(path, { onNote: (note) => notes.push(note) })).close()
    expect(isAsBefore()).toBe(true)
    expect(notes.join()).toMatch(/an interrupted change \(process \d+ on .*\) was rolled back/)
    expect(readdirSync(home)).toEqual(['a.blp'])
  })

  test('is read past by who cannot write', async () => {
    await leaveHot()
    const half = readFileSync(path)
    const readOnly = {
      ...nodeDisk,
      open: (name: string, flags: OpenFlags) => {
        if (flags !== 'r' && flags !== 'guarded')
          throw Object.assign(new Error('read-only'), { code: 'EROFS' })
        return nodeDisk.open(name, flags)
      },
    }
    const opened = await openArchive(path, { disk: readOnly })
    const whole = new Uint8Array(archive.length + 10)
    expect(await opened.source.read(0, whole)).toBe(archive.length)
    expect(sameBytes(whole.subarray(0, archive.length), archive)).toBe(true)
    const part = new Uint8Array(500)
    await opened.source.read(archive.length - 700, part)
    expect(sameBytes(part, archive.subarray(archive.length - 700, archive.length - 200))).toBe(true)
    await opened.close()
    expect(sameBytes(readFileSync(path), half)).toBe(true)
    expect(existsSync(journal)).toBe(true)
  })

  test('of an archive that was moved with it is applied', async () => {
    await leaveHot()
    const moved = join(home, 'b.blp')
    copyFileSync(path, moved)
    copyFileSync(journal, `${moved}.blpk-journal`)
    expect(sameBytes(await read(moved), plain)).toBe(true)
  })

  test('of another archive is never applied', async () => {
    await leaveHot()
    const other = await compress(more, { chunkSize: 2000, typesize: 4, threads: 1, maxAppChunks: 100 })
    writeFileSync(path, other)
    expect(sameBytes(await read(), more)).toBe(true)
    expect(existsSync(journal)).toBe(true)
    const notes: string[] = []
    await append({ onNote: (note) => notes.push(note) })
    expect(notes.join()).toContain('was set aside')
    expect(readdirSync(home)).toEqual(['a.blp', 'a.blp.blpk-journal.stale'])
    expect(sameBytes(await read(), Buffer.concat([more, more]))).toBe(true)
  })

  test('of an archive that went on without it is never applied', async () => {
    await leaveHot()
    const old = readFileSync(journal)
    await read()
    await append()
    await append()
    const now = readFileSync(path)
    writeFileSync(journal, old)
    expect(sameBytes(await read(), Buffer.concat([plain, more, more]))).toBe(true)
    await append()
    expect(sameBytes(readFileSync(path).subarray(-100), now.subarray(-100))).toBe(false)
    expect(sameBytes(await read(), Buffer.concat([plain, more, more, more]))).toBe(true)
  })

  /** Gives the journal another version, and the digest that goes with it. */
  async function setVersion(version: number): Promise<void> {
    const bytes = readFileSync(journal)
    bytes[8] = version
    const { default: load } = await import('xxhash-wasm')
    const digest = (await load()).h64Raw(bytes.subarray(0, -8))
    bytes.writeBigUInt64LE(digest, bytes.length - 8)
    writeFileSync(journal, bytes)
  }

  test('of the first version is rolled back', async () => {
    await leaveHot()
    expect(readFileSync(journal)[8]).toBe(2)
    await setVersion(1)
    expect(sameBytes(await read(), plain)).toBe(true)
    expect(isAsBefore()).toBe(true)
    expect(readdirSync(home)).toEqual(['a.blp'])
  })

  test.each([0, 3])(
    'of version %i, which is not known, is read past, and refused by who writes',
    async (version) => {
      await leaveHot()
      const half = readFileSync(path)
      await setVersion(version)
      const notes: string[] = []
      await (await openArchive(path, { onNote: (note) => notes.push(note) })).close()
      expect(notes).toEqual([expect.stringContaining(`'${journal}' has version ${version}`)])
      await expect(append()).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining(`the journal '${journal}' has version ${version}`),
      })
      expect(sameBytes(readFileSync(path), half)).toBe(true)
    },
  )
})

describe('a journal that is none', () => {
  test('because it was torn, at any byte or cut anywhere, is not applied', async () => {
    await leaveHot()
    const whole = readFileSync(journal)
    const random = seeded(5)
    for (let i = 0; i < 150; i++) {
      writeFileSync(path, archive)
      const torn = i % 2 === 0 ? whole.subarray(0, between(random, 0, whole.length - 1)) : Buffer.from(whole)
      if (i % 2 === 1) {
        const at = between(random, 0, whole.length - 1)
        torn[at] = (torn[at] ?? 0) ^ (1 << between(random, 0, 7))
      }
      writeFileSync(journal, torn)
      expect(sameBytes(await read(), plain)).toBe(true)
      expect(isAsBefore()).toBe(true)
      if (i % 10 > 1) continue
      await append()
      expect(existsSync(journal)).toBe(false)
      expect(sameBytes(await read(), Buffer.concat([plain, more]))).toBe(true)
    }
  })

  test('because somebody else uses the name is set aside', async () => {
    writeFileSync(journal, 'my notes on this archive')
    expect(sameBytes(await read(), plain)).toBe(true)
    await append()
    expect(readFileSync(`${journal}.stale`, 'utf8')).toBe('my notes on this archive')
  })

  test('because the facts are hostile', async () => {
    const { formatFacts } = await import('../../dist/disk/journal-format.js')
    const { default: load } = await import('xxhash-wasm')
    const { h64Raw } = await load()
    const header = Buffer.from(archive.subarray(0, 32)).toString('hex')
    const sound = {
      ...{ pid: 1, host: 'h', started: 's', locked: true, ino: '1', size: archive.length },
      ...{ before: header, after: header, anchor: undefined, ranges: [] as [number, number][] },
    }
    const hostile: object[] = [
      { size: -1 },
      { size: 2 ** 60 },
      { size: 1.5 },
      { ranges: [[0, 2 ** 53]] },
      { ranges: [[-1, 5]] },
      { ranges: [[archive.length, 1]] },
      { ranges: Array(1000).fill([0, 0]) },
      { ranges: [[0, 1000]] },
      { ranges: 'x' },
      { before: 'zz' },
      { before: '', after: '' },
      { anchor: { position: 0, nbytes: 2 ** 40, xxh64: '0'.repeat(16) } },
      { anchor: null },
    ]
    for (const change of hostile) {
      const first = Buffer.from(formatFacts({ ...sound, ...change } as never))
      const digest = Buffer.alloc(8)
      digest.writeBigUInt64LE(h64Raw(first))
      writeFileSync(journal, Buffer.concat([first, digest]))
      expect(sameBytes(await read(), plain), JSON.stringify(change)).toBe(true)
    }
    expect(isAsBefore()).toBe(true)
  })

  test('because it is a directory or a link is passed over by who reads, and set aside by who writes', async () => {
    const notes: string[] = []
    const onNote = (note: string): number => notes.push(note)
    mkdirSync(journal)
    await (await openArchive(path, { onNote })).close()
    expect(notes.splice(0)).toEqual([expect.stringContaining(`'${journal}' is not accepted as a journal`)])
    await append({ onNote })
    expect(notes.splice(0)).toEqual([
      `'${journal}' was set aside as '${journal}.stale': it is not a regular file`,
    ])
    if (!isPosix) return
    writeFileSync(join(home, 'target'), 'x')
    symlinkSync('target', journal)
    expect(sameBytes(await read(), Buffer.concat([plain, more]))).toBe(true)
    await append({ onNote })
    expect(notes).toEqual([expect.stringContaining(`set aside as '${journal}.stale2'`)])
    expect(readFileSync(join(home, 'target'), 'utf8')).toBe('x')
    expect(readdirSync(home)).toEqual([
      'a.blp',
      'a.blp.blpk-journal.stale',
      'a.blp.blpk-journal.stale2',
      'target',
    ])
  })
})

describe('names', () => {
  test.runIf(isPosix)('a link to the archive uses the journal of the archive', async () => {
    const link = join(home, 'link.blp')
    symlinkSync('a.blp', link)
    await leaveHot(link)
    expect(existsSync(journal)).toBe(true)
    expect(sameBytes(await read(link), plain)).toBe(true)
    expect(isAsBefore()).toBe(true)
  })

  test('an archive with two names is not appended to', async () => {
    linkSync(path, join(home, 'b.blp'))
    await expect(append()).rejects.toThrow(/2 hard links: change a copy/)
    expect(isAsBefore()).toBe(true)
  })

  test('a temporary name that a killed run left is no second name', async () => {
    linkSync(path, join(home, '.a.blp.0123456789ab.tmp'))
    await append()
    expect(readdirSync(home)).toEqual(['a.blp'])
  })
})

describe('locks', () => {
  test('are waited for, and then it is said who has it', async () => {
    let begun: () => void = () => {}
    let goOn: () => void = () => {}
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const slow = source()
    const readNow = slow.read.bind(slow)
    slow.read = async (into) => {
      begun()
      await mayGoOn
      return readNow(into)
    }
    const first = appendSources(path, slow, { threads: 1, typesize: 4 })
    await isBegun
    await expect(append({ lockTimeout: 0 })).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringMatching(/is locked by process \d+ on .*, started 20/),
      advice: { option: 'lockTimeout' },
    })
    const began = performance.now()
    await expect(append({ lockTimeout: 0.3 })).rejects.toMatchObject({ code: 'LOCKED' })
    expect(performance.now() - began).toBeGreaterThan(290)
    const controller = new AbortController()
    const waiting = append({ signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })
    // A reader does not wait, and sees the state before.
    const opened = await openArchive(path)
    expect(opened.nbytes).toBe(plain.length)
    const third = append()
    goOn()
    await first
    await third
    const bytes = new Uint8Array(archive.length)
    await opened.source.read(0, bytes)
    expect(sameBytes(bytes, archive)).toBe(true)
    await opened.close()
    expect(sameBytes(await read(), Buffer.concat([plain, more, more]))).toBe(true)
  })

  test('one that cannot be had says what to do, and --no-lock does without', async () => {
    const disk = {
      ...nodeDisk,
      tryLock: () => {
        throw new Error('this must not be called')
      },
    }
    await append({ disk, lock: false })
    expect(sameBytes(await read(), Buffer.concat([plain, more]))).toBe(true)
  })
})
