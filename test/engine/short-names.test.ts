import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Disk, nodeDisk } from '../../dist/disk/disk.js'
import { append, compress, decompress, plainSource } from '../../dist/index.js'
import { scratchDirectory } from '../support/scratch.js'

const MOST = 143
const directory = scratchDirectory()
const more = () => plainSource(new Uint8Array(500).fill(7))

function check(path: string): void {
  if (Buffer.byteLength(basename(path)) <= MOST) return
  throw Object.assign(new Error('ENAMETOOLONG'), { code: 'ENAMETOOLONG' })
}

/** A file system that takes names of up to 143 bytes, as eCryptfs does. */
const narrow: Disk = {
  ...nodeDisk,
  find: (path) => {
    check(path)
    return nodeDisk.find(path)
  },
  open: (path, flags) => {
    check(path)
    return nodeDisk.open(path, flags)
  },
  rename: (from, to) => {
    check(to)
    nodeDisk.rename(from, to)
  },
}

test.each([120, 130, 131, 143])(
  'an archive with a name of %i bytes is changed where names have 143 at most',
  async (n) => {
    const path = join(directory, `${'n'.repeat(n - 4)}.blp`)
    writeFileSync(path, await compress(new Uint8Array(1000)))
    const names: string[] = []
    const disk: Disk = {
      ...narrow,
      open: (name, flags) => {
        if (flags === 'wx+') names.push(basename(name))
        return narrow.open(name, flags)
      },
    }
    await append(path, await more(), { disk })
    expect(names.some((name) => name.endsWith('.blpk-journal'))).toBe(true)
    await append(path, await more(), { disk, grow: true })
    expect((await decompress(readFileSync(path))).length).toBe(2000)
  },
)
