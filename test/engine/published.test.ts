import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { nodeDisk } from '../../dist/disk/disk.js'
import {
  append,
  BytesPlainSource,
  changeFrame,
  compress,
  decompress,
  FileSink,
  MemorySource,
  SChunk,
} from '../../dist/index.js'
import { makeData } from '../support/data.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const plain = makeData('noisy', 3000, 4, 1)
const more = makeData('noisy', 1000, 4, 2)

function eio(): never {
  throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })
}

/** The disk, whose directories fail to be flushed from then on that something was renamed, linked or, of a journal, removed. */
function failingAfterwards() {
  let isDone = false
  const then =
    <A extends unknown[]>(action: (...args: A) => void) =>
    (...args: A) => {
      action(...args)
      isDone = true
    }
  return {
    ...nodeDisk,
    rename: then(nodeDisk.rename),
    link: then(nodeDisk.link),
    unlink: (path: string) => {
      nodeDisk.unlink(path)
      isDone ||= path.endsWith('.blpk-journal')
    },
    syncDirectory: (path: string) => (isDone ? eio() : nodeDisk.syncDirectory(path)),
  }
}

describe('what fails when data have got their name is told as what it is', () => {
  test.each([false, true])('a new file, overwrite %s', (overwrite) => {
    const home = scratchDirectory()
    const path = join(home, 'a')
    const sink = new FileSink(path, { overwrite, disk: failingAfterwards() })
    sink.write(plain)
    expect(() => sink.commit()).toThrow(
      `cannot flush '${home}': EIO: i/o error, fsync ('${path}' is complete, but may not survive a power failure)`,
    )
    sink.discard()
    expect(readdirSync(home)).toEqual(['a'])
    expect(sameBytes(readFileSync(path), plain)).toBe(true)
  })

  test('a temporary name that cannot be removed', () => {
    const home = scratchDirectory()
    const path = join(home, 'a')
    const sink = new FileSink(path, { disk: { ...nodeDisk, unlink: eio } })
    expect(() => sink.commit()).toThrow(/cannot remove '.*\.tmp': EIO.* \('.*\/a' is complete\)$/)
    expect(existsSync(path)).toBe(true)
  })

  test.each([false, true])('an append, with --grow %s', async (grow) => {
    const path = join(scratchDirectory(), 'a.blp')
    const o = { typesize: 4, threads: 1 }
    writeFileSync(path, await compress(plain, { ...o, chunkSize: 1000, maxAppChunks: grow ? 0 : 9 }))
    const source = new BytesPlainSource(new MemorySource(more))
    const appending = append(path, source, { ...o, grow, disk: failingAfterwards() })
    await expect(appending).rejects.toThrow(
      grow
        ? /is complete, but may not survive a power failure\)$/
        : /the data are in the archive, but may not survive a power failure\)$/,
    )
    expect(sameBytes(await decompress(readFileSync(path)), Buffer.concat([plain, more]))).toBe(true)
  })

  test('a change of a frame', async () => {
    const path = join(scratchDirectory(), 'a.b2frame')
    await (await SChunk.create({ typesize: 4 }, plain)).save(path)
    const changing = changeFrame(path, (schunk) => schunk.append(more), { disk: failingAfterwards() })
    await expect(changing).rejects.toThrow(
      /the data are in the archive, but may not survive a power failure\)$/,
    )
    expect((await SChunk.open(path)).nbytes).toBe(plain.length + more.length)
  })

  test.each([false, true])('a sparse frame, replaced %s', async (replaces) => {
    const home = scratchDirectory()
    const path = join(home, 'a.b2frame')
    const schunk = await SChunk.create({ typesize: 4 }, plain)
    if (replaces) await schunk.save(path, { sparse: true })
    const { syncDirectory } = nodeDisk
    const spy = vi.spyOn(nodeDisk, 'syncDirectory')
    onTestFinished(() => spy.mockRestore())
    spy.mockImplementation((directory) => (directory === home ? eio() : syncDirectory(directory)))
    const end = replaces ? "; the file it replaced is kept as '.*\\.tmp'" : ''
    await expect(schunk.save(path, { sparse: true, overwrite: true })).rejects.toThrow(
      new RegExp(`'${path}' is complete, but may not survive a power failure${end}\\)$`),
    )
    expect((await SChunk.open(path)).nbytes).toBe(plain.length)
    expect(readdirSync(home)).toHaveLength(replaces ? 2 : 1)
  })
})
