import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { nodeDisk } from '../../dist/disk/disk.js'
import {
  append as appendSources,
  BytesPlainSource,
  compress,
  decompress,
  MemorySource,
} from '../../dist/index.js'
import { makeData } from '../support/data.js'
import { scratchDirectory } from '../support/scratch.js'

const isPosix = process.platform !== 'win32'
const plain = makeData('noisy', 1000, 1, 1)
const archive = await compress(plain, { chunkSize: 400, typesize: 1, threads: 1, maxAppChunks: 500 })
let path = ''
let lockFile = ''

beforeEach(() => {
  path = join(scratchDirectory(), 'a.blp')
  lockFile = `${path}.blpk-lock`
  writeFileSync(path, archive, { mode: 0o644 })
})

async function append(text: string, o: object = {}): Promise<void> {
  const source = new BytesPlainSource(new MemorySource(Buffer.from(text)))
  await appendSources(path, source, { threads: 1, typesize: 1, ...o })
}

/** The lock that somebody can take who may only read the archive. @returns a function that lets go of it */
async function lockAsReader(): Promise<() => void> {
  const fd = openSync(path, 'r')
  expect(await nodeDisk.tryLock(fd, true)).toBe(true)
  return () => closeSync(fd)
}

async function added(): Promise<string> {
  return Buffer.from((await decompress(readFileSync(path))).subarray(plain.length)).toString()
}

describe('a lock that a reader holds', () => {
  test.each([0, 30])('keeps no writer out, with a timeout of %i s', async (lockTimeout) => {
    const unlock = await lockAsReader()
    const notes: string[] = []
    await append('one', { lockTimeout, onNote: (note: string) => notes.push(note) })
    expect(notes.join()).toMatch(/a user who can only read '.*a\.blp' holds a lock on it, which was ignored/)
    expect(await added()).toBe('one')
    expect(readdirSync(join(path, '..'))).toEqual(['a.blp'])
    unlock()
  })

  test('keeps no two writers at work at a time, whenever it comes and goes', async () => {
    const names = Array.from({ length: 12 }, (_, i) => String.fromCharCode(97 + i))
    let isOver = false
    const toggling = (async () => {
      while (!isOver) {
        const fd = openSync(path, 'r')
        await nodeDisk.tryLock(fd, true)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
        closeSync(fd)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 200))
      }
    })()
    await Promise.all(names.map((name) => append(name.repeat(50))))
    isOver = true
    await toggling
    const pieces = (await added()).match(/.{50}/g) ?? []
    expect(pieces.sort()).toEqual(names.map((name) => name.repeat(50)))
    expect(readdirSync(join(path, '..'))).toEqual(['a.blp'])
  })

  test('leaves out those who know only the lock of the archive, and who has it first', async () => {
    const unlock = await lockAsReader()
    let goOn: () => void = () => {}
    const isHeld = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const begun = new Promise<string[]>((resolve) => {
      const source = new BytesPlainSource(new MemorySource(Buffer.from('x')))
      const read = source.read.bind(source)
      source.read = async (into) => {
        resolve(readdirSync(join(path, '..')))
        await isHeld
        return read(into)
      }
      appendSources(path, source, { threads: 1, typesize: 1, lockTimeout: 0 }).catch(() => resolve([]))
    })
    expect(await begun).toContain('a.blp.blpk-lock')
    if (isPosix) expect(statSync(lockFile).mode & 0o777).toBe(0o600)
    unlock()
    const other = openSync(path, 'r+')
    expect(await nodeDisk.tryLock(other)).toBe(false)
    closeSync(other)
    await expect(append('y', { lockTimeout: 0.3 })).rejects.toMatchObject({ code: 'LOCKED' })
    goOn()
    await append('y')
    expect(await added()).toBe('xy')
    expect(existsSync(lockFile)).toBe(false)
  })

  test('is not told of if it was that of a writer, who released it just then', async () => {
    let wasProbed = false
    const disk = {
      ...nodeDisk,
      async tryLock(fd: number, shared?: boolean): Promise<boolean> {
        if (shared !== true && !wasProbed) return false
        wasProbed = true
        return nodeDisk.tryLock(fd, shared)
      },
    }
    const notes: string[] = []
    await append('w', { disk, onNote: (note: string) => notes.push(note) })
    expect([wasProbed, notes, await added()]).toEqual([true, [], 'w'])
    expect(readdirSync(join(path, '..'))).toEqual(['a.blp'])
  })

  test('does so with a lock file that a killed writer left', async () => {
    const unlock = await lockAsReader()
    writeFileSync(lockFile, '', { mode: 0o600 })
    await append('z')
    expect(await added()).toBe('z')
    unlock()
  })

  test.runIf(process.getuid?.() === 0)('but not with one of somebody else', async () => {
    const unlock = await lockAsReader()
    writeFileSync(lockFile, '')
    const { chownSync } = await import('node:fs')
    chownSync(lockFile, 65_534, 65_534)
    await expect(append('z')).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`'${lockFile}'`),
    })
    unlock()
  })
})
