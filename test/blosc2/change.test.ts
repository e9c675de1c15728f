import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { nodeDisk, type OpenFlags } from '../../dist/disk/disk.js'
import { packJson } from '../../dist/format/frame/msgpack/from-json.js'
import { changeArray, changeFrame, NDArray, SChunk } from '../../dist/index.js'
import { KillingDisk } from '../faults/killing-disk.js'
import { makeData } from '../support/data.js'
import { sized } from '../support/long.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const root = scratchDirectory()
const CHUNK = 4000
const plain = makeData('noisy', 20 * CHUNK + 400, 4, 1)
const more = makeData('noisy', 2 * CHUNK, 4, 2)
let count = 0
let home = ''
let path = ''

beforeEach(async () => {
  home = join(root, String(count++))
  mkdirSync(home)
  path = join(home, 'a.b2frame')
  await (await SChunk.create({ typesize: 4, chunkSize: CHUNK }, plain)).save(path)
})

async function bytesOf(name = path): Promise<Uint8Array> {
  const schunk = await SChunk.open(name)
  try {
    return await schunk.bytes()
  } finally {
    await schunk.close()
  }
}

/** Leaves the frame with its header changed and the journal not yet removed. */
async function leaveHot(): Promise<void> {
  const rehearsal = join(home, 'rehearsal')
  copyFileSync(path, rehearsal)
  const counting = new KillingDisk(nodeDisk)
  await changeFrame(rehearsal, (s) => s.append(more), { disk: counting.disk })
  const operation = counting.operations.lastIndexOf('write')
  const killing = new KillingDisk(nodeDisk, { operation, phase: 'after' })
  await expect(changeFrame(path, (s) => s.append(more), { disk: killing.disk })).rejects.toThrow()
  killing.bury()
}

test('checksums stay true: of chunks that were kept, and of those that came', async () => {
  const noise = Uint8Array.from({ length: 3 * CHUNK }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255)
  const stored = { typesize: 1, chunkSize: CHUNK, level: 0 }
  await (await SChunk.create(stored, noise.subarray(0, 2 * CHUNK))).save(path, { overwrite: true })
  await changeFrame(path, (s) => s.append(noise.subarray(2 * CHUNK)))
  expect(sameBytes(await bytesOf(), noise)).toBe(true)
  const whole = readFileSync(path)
  for (const at of [10, CHUNK + 10, 2 * CHUNK + 10]) {
    const broken = Uint8Array.from(whole)
    const found = whole.indexOf(noise.subarray(at, at + 32))
    broken[found] = (broken[found] ?? 0) ^ 1
    await expect((await SChunk.open(broken)).bytes()).rejects.toMatchObject({ code: 'CHECKSUM' })
  }
})

describe('where a change writes', () => {
  test('kept chunks stay where they are, byte for byte', async () => {
    const before = readFileSync(path)
    const { ino } = statSync(path)
    await changeFrame(path, async (s) => {
      await s.updateChunk(3, more.subarray(0, CHUNK))
      await s.append(more)
    })
    const after = readFileSync(path)
    expect(statSync(path).ino).toBe(ino)
    // Header aside, all up to the last chunk, which was not full.
    const last = before.length - 2000
    expect(sameBytes(after.subarray(200, last), before.subarray(200, last))).toBe(true)
  })

  test('a last chunk that is filled up leaves no hole behind', async () => {
    for (let i = 0; i < 9; i++)
      await changeFrame(path, (s) => s.append(more.subarray(400 * i, 400 * (i + 1))))
    const schunk = await SChunk.open(path)
    const expected = Buffer.concat([plain, more.subarray(0, 3600)])
    expect(sameBytes(await schunk.bytes(), expected)).toBe(true)
    expect(statSync(path).size).toBe((await schunk.toCframe()).length)
    await schunk.close()
  })

  test('when less than half is in use, a whole new file takes its place', async () => {
    const { size, ino } = statSync(path)
    for (let i = 0; i < 9; i++) await changeFrame(path, (s) => s.deleteChunk(0))
    expect(statSync(path)).toMatchObject({ ino })
    expect(statSync(path).size).toBeGreaterThan(0.9 * size)
    for (let i = 0; i < 2; i++) await changeFrame(path, (s) => s.deleteChunk(0))
    expect(statSync(path).ino).not.toBe(ino)
    expect(statSync(path).size).toBeLessThan(0.55 * size)
    expect(sameBytes(await bytesOf(), plain.subarray(11 * CHUNK))).toBe(true)
    expect(readdirSync(home)).toEqual(['a.b2frame', 'a.b2frame.b2lock'])
  })

  test('nothing is written where nothing changed', async () => {
    const before = statSync(path, { bigint: true })
    await changeFrame(path, async (s) => {
      s.vlmeta.set('x', Uint8Array.of(1))
      s.vlmeta.delete('x')
    })
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(before.mtimeNs)
  })

  test('many new chunks do not stay in memory', async () => {
    const chunkSize = sized(16 * CHUNK, CHUNK)
    await (await SChunk.create({ typesize: 4, chunkSize }, plain)).save(path, { overwrite: true })
    const items = new Int32Array(4 * 2 ** 20)
    for (let i = 0; i < items.length; i++) items[i] = Math.imul(4 * i, 0x9e3779b1) ^ (i >> 1)
    const big = new Uint8Array(items.buffer)
    await changeFrame(path, async (s) => {
      s.setCompression({ level: 0 })
      for (let i = 0; i < 6; i++) await s.append(big)
    })
    const bytes = await bytesOf()
    expect(bytes.length).toBe(plain.length + 6 * big.length)
    expect(sameBytes(bytes.subarray(-big.length), big)).toBe(true)
    expect(readdirSync(home)).toEqual(['a.b2frame', 'a.b2frame.b2lock'])
  })
})

describe('a change that fails', () => {
  test('in its function leaves the frame as it was', async () => {
    const before = readFileSync(path)
    const failing = changeFrame(path, async (s) => {
      await s.append(more)
      throw new Error('on the way')
    })
    await expect(failing).rejects.toThrow('on the way')
    expect(sameBytes(readFileSync(path), before)).toBe(true)
  })

  test('on the disk is put back at once', async () => {
    const before = readFileSync(path)
    let writes = 0
    const full = {
      ...nodeDisk,
      write: (fd: number, bytes: Uint8Array, position: number) => {
        if (bytes.length > 1000 && ++writes > 1) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
        nodeDisk.write(fd, bytes, position)
      },
    }
    const failing = changeFrame(path, (s) => s.append(more), { disk: full })
    await expect(failing).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(/is unchanged\)$/),
    })
    expect(sameBytes(readFileSync(path), before)).toBe(true)
    expect(existsSync(`${path}.blpk-journal`)).toBe(false)
  })

  test('because there are more metalayers than a frame has room for is refused', async () => {
    const failing = changeFrame(path, async (s) => {
      for (let i = 0; i < 4000; i++) s.vlmeta.set(`a name for number ${i}`, Uint8Array.of(1))
    })
    await expect(failing).rejects.toThrow(/names of the 4000 variable-length metalayers take more room/)
  })

  test('because chunks do not go with the shape of an array is refused', async () => {
    const name = join(home, 'a.b2nd')
    await (await NDArray.fromTypedArray(new Float64Array(100), { chunks: [30] })).save(name)
    const before = readFileSync(name)
    await expect(changeFrame(name, (s) => s.deleteChunk(0))).rejects.toMatchObject({ code: 'USAGE' })
    await expect(changeArray(path, async () => {})).rejects.toMatchObject({ code: 'USAGE' })
    expect(sameBytes(readFileSync(name), before)).toBe(true)
  })

  test('because the place cannot be changed says so', async () => {
    await expect(changeFrame('https://b/a.b2frame', async () => {})).rejects.toMatchObject({ code: 'USAGE' })
    await expect(changeFrame(home, async () => {})).rejects.toThrow(/sparse frame/)
    await expect(changeFrame(join(home, 'no'), async () => {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
    linkSync(path, join(home, 'b.b2frame'))
    await expect(changeFrame(path, (s) => s.append(more))).rejects.toThrow(/2 hard links/)
    await expect(changeFrame(path, async (s) => s.meta.set('m', more))).rejects.toThrow(/2 hard links/)
  })
})

describe('others', () => {
  test('who have the frame open go on reading what it was', async () => {
    const array = join(home, 'a.b2nd')
    const values = Float64Array.from({ length: 100 }, (_, i) => i)
    await (await NDArray.fromTypedArray(values, { chunks: [30] })).save(array)
    const [frame, opened] = [await SChunk.open(path), await NDArray.open(array)]
    for (let i = 0; i < 3; i++) {
      await changeFrame(path, (s) => s.append(more))
      await changeFrame(path, (s) => s.updateChunk(2, more.subarray(0, CHUNK)))
      await changeArray(array, (a) => a.append(values))
      await changeArray(array, (a) => a.set([{ start: 0, stop: 40 }], new Float64Array(40)))
    }
    expect(sameBytes(await frame.bytes(), plain)).toBe(true)
    expect(sameBytes((await opened.slice()).data, Buffer.from(values.buffer))).toBe(true)
    await frame.close()
    await opened.close()
  })

  test('who open a frame that was left half changed put it back', async () => {
    const before = readFileSync(path)
    await leaveHot()
    expect(sameBytes(readFileSync(path), before)).toBe(false)
    const notes: string[] = []
    const schunk = await SChunk.open(path, { onNote: (note) => notes.push(note) })
    expect(sameBytes(await schunk.bytes(), plain)).toBe(true)
    await schunk.close()
    expect(notes.join()).toContain('was rolled back')
    expect(sameBytes(readFileSync(path), before)).toBe(true)
  })

  test('who may not write read past the change', async () => {
    await leaveHot()
    const open = (name: string, flags: OpenFlags): number => {
      if (flags !== 'r' && flags !== 'guarded') throw Object.assign(new Error('read-only'), { code: 'EROFS' })
      return nodeDisk.open(name, flags)
    }
    const schunk = await SChunk.open(path, { disk: { ...nodeDisk, open } })
    expect(sameBytes(await schunk.bytes(), plain)).toBe(true)
    await schunk.close()
    expect(existsSync(`${path}.blpk-journal`)).toBe(true)
  })

  test('who save over it wait for those who change it', async () => {
    let finish: () => void = () => {}
    const isOpen = new Promise<void>((begun) => {
      const mayGoOn = new Promise<void>((resolve) => {
        finish = resolve
      })
      void changeFrame(path, async (s) => {
        begun()
        await mayGoOn
        await s.append(more)
      })
    })
    await isOpen
    const other = await SChunk.create({ typesize: 4 }, more)
    await expect(other.save(path, { overwrite: true, lockTimeout: 0 })).rejects.toMatchObject({
      code: 'LOCKED',
    })
    finish()
    await other.save(path, { overwrite: true })
    expect(sameBytes(await bytesOf(), more)).toBe(true)
  })
})

describe('ids', () => {
  test('make a change once, and the last thousand are kept', async () => {
    const results: boolean[] = []
    for (const appendId of ['a', 'b', 'a'])
      results.push((await changeFrame(path, (s) => s.append(more), { appendId })).skipped)
    expect(results).toEqual([false, false, true])
    expect((await bytesOf()).length).toBe(plain.length + 2 * more.length)
    await expect(changeFrame(path, async () => {}, { appendId: '' })).rejects.toMatchObject({ code: 'USAGE' })
    const appends = ['a', 'b', ...Array.from({ length: 998 }, (_, i) => `job ${i}`)]
    await changeFrame(path, async (s) => s.vlmeta.set('blpk', packJson(JSON.stringify({ appends }))))
    for (const appendId of ['c', 'd'])
      expect((await changeFrame(path, async () => {}, { appendId })).skipped).toBe(false)
    expect((await changeFrame(path, async () => {}, { appendId: 'job 0' })).skipped).toBe(true)
    expect((await changeFrame(path, async () => {}, { appendId: 'b' })).skipped).toBe(false)
  })

  test('are no matter where another tool uses the metalayer', async () => {
    await changeFrame(path, async (s) => s.vlmeta.set('blpk', Uint8Array.of(0xc1)))
    expect((await changeFrame(path, (s) => s.append(more), { appendId: 'a' })).skipped).toBe(false)
    expect((await changeFrame(path, (s) => s.append(more), { appendId: 'a' })).skipped).toBe(true)
  })
})
