import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BlpkError, NDArray, SChunk } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('sparse frames that the library writes')
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
const numbers = (count: number, from = 0): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => from + i)
const asNumbers = (bytes: Uint8Array): number[] => [...new Int32Array(bytes.slice().buffer)]

async function errorOf(promise: Promise<unknown>): Promise<BlpkError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(BlpkError)
  return error as BlpkError
}

async function saved(name: string): Promise<string> {
  const path = join(directory, name)
  const s = await SChunk.create(
    { typesize: 4, chunkSize: 4000, meta: [['m', Uint8Array.of(5)]] },
    numbers(3500),
  )
  s.vlmeta.set('v', Uint8Array.of(7))
  await s.updateChunk(1, new Uint8Array(4000))
  await s.save(path, { sparse: true })
  return path
}

const expected = (): Int32Array => numbers(3500).map((n, i) => (i >= 1000 && i < 2000 ? 0 : n))

describe('sparse frames', () => {
  test('are a directory with a file for each chunk that is not special', async () => {
    const path = await saved('plain.b2frame')
    const files = ['00000000.chunk', '00000001.chunk', '00000002.chunk', 'chunks.b2frame']
    expect(readdirSync(path).sort()).toEqual(files)
    const s = await SChunk.open(path)
    expect(asNumbers(await s.bytes())).toEqual([...expected()])
    expect(s.meta.get('m')).toEqual(Uint8Array.of(5))
    expect(s.vlmeta.get('v')).toEqual(Uint8Array.of(7))
    expect(asNumbers(await s.slice(3450, 3452))).toEqual([3450, 3451])
    await s.close()
  })

  test('are read by Python, changed by it, and read again', async () => {
    if (peer === undefined) return
    const path = await saved('turns.b2frame')
    expect(await peer.call('b2_describe', { input: path })).toMatchObject({
      nchunks: 4,
      sha256: sha256(bytesOf(expected())),
    })
    const input = join(directory, 'more.bin')
    writeFileSync(input, bytesOf(numbers(1000, 9000)))
    const first = await SChunk.open(path)
    await first.set(3500, numbers(500, 3500))
    await first.insertChunk(0, numbers(1000, -1000))
    await first.save(path, { sparse: true, overwrite: true })
    await peer.call('b2_append', { archive: path, input })
    const all = [...numbers(1000, -1000), ...expected(), ...numbers(500, 3500), ...numbers(1000, 9000)]
    expect(asNumbers(await (await SChunk.open(path)).bytes())).toEqual(all)
    // Files kept their numbers, so that the frame that was opened before still reads what it did.
    expect(asNumbers(await first.bytes())).toEqual(all.slice(0, -1000))
  })

  test('arrays, both ways, and turned into one file', async () => {
    const path = join(directory, 'array.b2nd')
    const array = await NDArray.fromTypedArray(numbers(600), {
      shape: [20, 30],
      chunks: [7, 8],
      blocks: [3, 8],
    })
    await array.save(path, { sparse: true })
    const seen = await peer?.call('b2_describe', {
      input: path,
      slices: [
        [
          [3, 17, 5],
          [0, 30, 7],
        ],
      ],
    })
    if (seen !== undefined) expect(seen.sha256).toBe(sha256(bytesOf(numbers(600))))
    const back = await NDArray.open(path)
    const part = await back.slice([{ start: 3, stop: 17, step: 5 }, { step: 7 }])
    if (seen !== undefined) expect(seen.slices).toEqual([sha256(part.data)])
    await back.resize([21, 30])
    await back.save(path, { sparse: true, overwrite: true })
    await back.save(join(directory, 'one.b2nd'))
    const one = await NDArray.open(join(directory, 'one.b2nd'))
    expect(one.shape).toEqual([21, 30])
    expect(sameBytes((await one.slice()).data.subarray(0, 2400), bytesOf(numbers(600)))).toBe(true)
  })

  test('replace only what is a sparse frame, and only when told to', async () => {
    const path = await saved('careful.b2frame')
    const s = await SChunk.open(path)
    expect((await errorOf(s.save(path, { sparse: true }))).code).toBe('EXISTS')
    writeFileSync(join(path, 'notes.txt'), 'mine')
    const error = await errorOf(s.save(path, { sparse: true, overwrite: true }))
    expect([error.code, error.message]).toEqual(['EXISTS', expect.stringContaining("'notes.txt'")])
    expect(asNumbers(await (await SChunk.open(path)).bytes())).toEqual([...expected()])
    const nowhere = join(directory, 'b', 'c')
    expect((await errorOf(s.save(nowhere, { sparse: true }))).code).toBe('NOT_FOUND')
    expect((await errorOf(s.save('s3://bucket/key', { sparse: true }))).code).toBe('USAGE')
    s.meta.set('x'.repeat(32), Uint8Array.of(1))
    expect((await errorOf(s.save(join(directory, 'n'), { sparse: true }))).code).toBe('USAGE')
    expect((await errorOf(s.save(join(directory, 'n.b2frame')))).code).toBe('USAGE')
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(existsSync(join(directory, 'n'))).toBe(false)
  })

  test('take the place of a file, and of an empty frame', async () => {
    const path = join(directory, 'file.b2frame')
    await (await SChunk.create({ typesize: 4 }, numbers(5))).save(path)
    const empty = await SChunk.create({ typesize: 4 })
    await empty.save(path, { sparse: true, overwrite: true })
    expect(readdirSync(path)).toEqual(['chunks.b2frame'])
    expect((await SChunk.open(path)).nbytes).toBe(0)
    expect((await errorOf(empty.save(path, { overwrite: true }))).code).toBe('IO')
  })

  test('name the file that is missing', async () => {
    const path = await saved('missing.b2frame')
    const s = await SChunk.open(path)
    rmSync(join(path, '00000002.chunk'))
    const error = await errorOf(s.bytes())
    expect([error.code, error.message]).toEqual(['DAMAGED', expect.stringContaining('00000002.chunk')])
  })
})
