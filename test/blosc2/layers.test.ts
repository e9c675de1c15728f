import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('metalayers, and frames changed in turns')
const numbers = (count: number, from = 0): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => from + i)
const bytesOf = (...arrays: Int32Array[]): Uint8Array =>
  Buffer.concat(arrays.map((array) => new Uint8Array(array.buffer)))

describe('metalayers', () => {
  const one = Uint8Array.of(1)

  test('16 fixed ones fit, an array has one of them', async () => {
    const names = Array.from({ length: 16 }, (_, i): [string, Uint8Array] => [`layer ${i}`, one])
    const s = await SChunk.create({ meta: names }, one)
    expect([...(await SChunk.fromCframe(await s.toCframe())).meta.keys()]).toEqual(
      names.map(([name]) => name),
    )
    s.meta.set('one more', one)
    await expect(s.toCframe()).rejects.toMatchObject({ code: 'USAGE' })
    await expect(SChunk.create({ meta: [...names, ['one more', one]] })).rejects.toMatchObject({
      code: 'USAGE',
    })
    await expect(NDArray.zeros([3], '<f8', { meta: names })).rejects.toMatchObject({ code: 'USAGE' })
    expect((await NDArray.zeros([3], '<f8', { meta: names.slice(1) })).schunk.meta.size).toBe(16)
  })

  test.each([
    ['', false],
    ['x'.repeat(31), true],
    ['x'.repeat(32), false],
    // 30 and 32 bytes of UTF-8.
    ['ö'.repeat(15), true],
    ['ö'.repeat(16), false],
  ])("the name '%s': %s", async (name, fits) => {
    const s = await SChunk.create({}, one)
    s.vlmeta.set(name, one)
    if (fits) expect((await SChunk.fromCframe(await s.toCframe())).vlmeta.get(name)).toEqual(one)
    else await expect(s.save(join(directory, 'name.b2frame'))).rejects.toMatchObject({ code: 'USAGE' })
    expect(readdirSync(directory).filter((file) => file.endsWith('.tmp'))).toEqual([])
  })

  test('more names than the table has room for', async () => {
    const s = await SChunk.create({}, one)
    for (let i = 0; i < 1700; i++) s.vlmeta.set(`${i}`.padStart(31, '0'), one)
    expect((await SChunk.fromCframe(await s.toCframe())).vlmeta.size).toBe(1700)
    for (let i = 1700; i < 1800; i++) s.vlmeta.set(`${i}`.padStart(31, '0'), one)
    await expect(s.toCframe()).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('of variable length are written, changed and removed in turns with Python', async () => {
    if (peer === undefined) return
    const path = join(directory, 'vlmeta.b2frame')
    const s = await SChunk.create({ typesize: 4 }, numbers(10))
    // msgpack: the number 5, the string 'ab', nothing.
    s.vlmeta.set('five', Uint8Array.of(5))
    s.vlmeta.set('text', Uint8Array.of(0xa2, 0x61, 0x62))
    s.vlmeta.set('none', Uint8Array.of(0xc0))
    await s.save(path)
    expect((await peer.call('b2_describe', { input: path })).vlmeta).toEqual({
      five: 5,
      text: 'ab',
      none: null,
    })
    await peer.call('b2_vlmeta', { archive: path, set: { five: 6, more: [1, 2] }, remove: ['text'] })
    const t = await SChunk.open(path)
    expect([...t.vlmeta.keys()].sort()).toEqual(['five', 'more', 'none'])
    expect(t.vlmeta.get('five')).toEqual(Uint8Array.of(6))
    expect(t.vlmeta.get('more')).toEqual(Uint8Array.of(0x92, 1, 2))
    t.vlmeta.delete('none')
    await t.save(path, { overwrite: true })
    expect((await peer.call('b2_describe', { input: path })).vlmeta).toEqual({ five: 6, more: [1, 2] })
  })
})

test('chunks are inserted, updated, deleted and put in order in turns with Python', async () => {
  if (peer === undefined) return
  const path = join(directory, 'chunks.b2frame')
  const piece = join(directory, 'piece.bin')
  const chunk = (from: number): Int32Array => numbers(1000, from)
  await (await SChunk.create({ typesize: 4, chunkSize: 4000 }, numbers(3000))).save(path)
  let expected = [chunk(0), chunk(1000), chunk(2000)]
  for (let turn = 0; turn < 4; turn++) {
    const from = 10_000 * (turn + 1)
    writeFileSync(piece, bytesOf(chunk(from)))
    await peer.call('b2_edit', { archive: path, input: piece, insert: turn, update: 0, remove: 1 })
    expected.splice(turn, 0, chunk(from))
    expected[0] = chunk(from)
    expected.splice(1, 1)
    const s = await SChunk.open(path)
    expect(sha256(await s.bytes())).toBe(sha256(bytesOf(...expected)))
    await s.insertChunk(1, chunk(from + 1))
    await s.updateChunk(-1, chunk(from + 2))
    await s.reorderChunks(
      expected
        .map((_, i) => i)
        .concat(expected.length)
        .reverse(),
    )
    expected.splice(1, 0, chunk(from + 1))
    expected[expected.length - 1] = chunk(from + 2)
    expected = expected.reverse()
    await s.save(path, { overwrite: true })
    await s.close()
    expect((await peer.call('b2_describe', { input: path })).sha256).toBe(sha256(bytesOf(...expected)))
  }
})
