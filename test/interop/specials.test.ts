import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { changeFrame, NDArray, peerWarnings, SChunk } from '../../dist/index.js'
import { blpk } from '../cli/run.js'
import { startPeer } from '../support/peer.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'

const peer = await startPeer('special chunks of all item sizes, blocks and ends')
const directory = scratchDirectory()
const TYPESIZES = [1, 2, 4, 8, 33, 127, 128, 254, 255, 256, 300, 1016, 70_000]

function repeated(item: Uint8Array, nbytes: number): Uint8Array {
  return Uint8Array.from({ length: nbytes }, (_, i) => item[i % item.length] ?? 0)
}

test.skipIf(peer === undefined)('python-blosc2 reads every special chunk', { timeout: 300_000 }, async () => {
  for (const typesize of TYPESIZES) {
    const per = Math.max(4, Math.ceil(70_000 / typesize))
    const chunksize = per * typesize
    const item = Uint8Array.from({ length: typesize }, (_, i) => (7 * i + 1) & 255)
    for (const blocksize of [0, typesize, 3 * typesize + (typesize >> 1), 2 * chunksize])
      for (const [special, value] of [
        ['zeros', new Uint8Array(typesize)],
        ['value', item],
      ] as const) {
        const path = join(directory, 'special.b2frame')
        const schunk = await SChunk.create({ typesize, chunkSize: chunksize, blockSize: blocksize })
        await schunk.fillSpecial(2 * per + 1, special, special === 'value' ? value : undefined)
        await schunk.save(path, { overwrite: true })
        await changeFrame(path, (frame) => frame.append(repeated(value, 3 * typesize)))
        const plain = repeated(value, (2 * per + 4) * typesize)
        const seen = await peer?.call('b2_describe', { input: path })
        expect(seen?.sha256, `${typesize} ${blocksize} ${special}`).toBe(sha256(plain))
      }
  }
})

test.skipIf(peer === undefined)('and zeros that end within an item, packed by the command', async () => {
  for (const [typesize, size] of [
    [4, 10_002],
    [33, 20],
    [255, 100_001],
  ] as const) {
    const input = join(directory, 'ragged.bin')
    const output = join(directory, 'ragged.b2frame')
    writeFileSync(input, new Uint8Array(size))
    const args = ['c', '-f', '-t', `${typesize}`, '--chunk-size', `${20 * typesize}`, input, output]
    expect((await blpk(args)).code).toBe(0)
    const seen = await peer?.call('b2_describe', { input: output })
    expect(seen?.sha256).toBe(sha256(new Uint8Array(size)))
  }
})

test.skipIf(peer === undefined)('and arrays of 16 dimensions', async () => {
  const path = join(directory, 'deep.b2nd')
  const array = await NDArray.zeros(new Array(16).fill(2), '|u1')
  const plain = Uint8Array.from({ length: 2 ** 16 }, (_, i) => i % 251)
  await array.set([], plain)
  await array.save(path)
  expect(await peer?.call('b2_describe', { input: path })).toMatchObject({
    shape: new Array(16).fill(2),
    sha256: sha256(plain),
  })
  expect((await (await NDArray.open(path)).slice()).data).toEqual(plain)
})

test('what others do not read is refused, or said', async () => {
  const refused = { code: 'USAGE' }
  await expect(SChunk.create({ typesize: 33, blockSize: 16 })).rejects.toMatchObject(refused)
  await expect(SChunk.create({ typesize: 128, filters: ['shuffle', 'bytedelta'] })).rejects.toMatchObject(
    refused,
  )
  await expect(SChunk.create({ typesize: 127, filters: ['shuffle', 'bytedelta'] })).resolves.toBeDefined()
  expect(peerWarnings({ filters: ['delta', 'shuffle'] })).toHaveLength(1)
  expect(peerWarnings({ dictionary: true })).toHaveLength(1)
  expect(peerWarnings({})).toEqual([])
})

test('an empty frame gets chunks of one size', async () => {
  const schunk = await SChunk.create({ typesize: 4, chunkSize: 40 })
  const frame = await schunk.toCframe()
  // As C-Blosc2 writes it before the first chunk: the size of chunks is -1.
  new DataView(frame.buffer, frame.byteOffset).setInt32(0x3a, -1)
  const opened = await SChunk.open(frame, { check: 'never' })
  await opened.append(new Uint8Array(100))
  await opened.append(new Uint8Array(60))
  expect([opened.chunkSize, opened.nchunks]).toEqual([4 * 2 ** 20, 1])
})
