import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NDArray, SChunk, saveTensor } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, sha256 } from '../support/scratch.js'
import { blpk, noise, npy, put, ramp, tempDir } from './run.js'

const peer = await startPeer('frames that become arrays by a metalayer')
const data = ramp(100_000)

async function convert(cwd: string, ...args: string[]) {
  const { code, out, err } = await blpk(['convert', '--json', ...args], { cwd })
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out.toString()) as { copied: number; recompressed: number; nbytes: number }
}

/** The array that came out, and whether Python slices it to the same. */
async function check(cwd: string, name: string, plain: Uint8Array, itemsize: number): Promise<NDArray> {
  const array = await NDArray.open(join(cwd, name))
  const { length } = plain
  expect(array.shape).toEqual([length / itemsize])
  expect(sameBytes((await array.slice()).data, plain)).toBe(true)
  const part = await array.slice([{ start: 77, stop: length / itemsize - 5, step: 3 }])
  const slices: [number, number, number][][] = [[[77, length / itemsize - 5, 3]]]
  const seen = await peer?.call('b2_describe', { input: join(cwd, name), slices })
  if (seen !== undefined)
    expect(seen).toMatchObject({ shape: array.shape, sha256: sha256(plain), slices: [sha256(part.data)] })
  await array.close()
  expect((await blpk(['verify', name], { cwd })).code).toBe(0)
  return array
}

test('chunks of a frame are copied; only a short last one is recompressed', async () => {
  const cwd = tempDir()
  put(cwd, 'a', data)
  await blpk(['c', '-t', '4', '-z', '20000', '--block-size', '4000', 'a', 'even.b2frame'], { cwd })
  expect(await convert(cwd, 'even.b2frame', 'even.b2nd')).toMatchObject({
    copied: 5,
    recompressed: 0,
    nbytes: 100_000,
  })
  const even = await check(cwd, 'even.b2nd', data, 4)
  expect([even.chunks, even.blocks, even.dtype]).toEqual([[5000], [1000], '|V4'])
  const frames = await Promise.all(
    ['even.b2frame', 'even.b2nd'].map(async (name) => (await SChunk.open(join(cwd, name))).chunk(3)),
  )
  expect(sameBytes(frames[0] ?? noise(1), frames[1] ?? noise(2))).toBe(true)
  await blpk(['c', '-t', '4', '-z', '32K', '--block-size', '4K', 'a', 'short.b2frame'], { cwd })
  expect(await convert(cwd, 'short.b2frame', 'short.b2nd')).toMatchObject({ copied: 3, recompressed: 1 })
  await check(cwd, 'short.b2nd', data, 4)
  const said = await blpk(['convert', '-f', '-v', 'short.b2frame', 'short.b2nd'], { cwd })
  expect(said.err + said.out).toContain('3 chunks copied, 1 recompressed')
})

test('stored chunks, special ones, sparse frames and metalayers', async () => {
  const cwd = tempDir()
  const plain = Buffer.concat([noise(32_768), Buffer.alloc(65_536), Buffer.alloc(32_768, 7), ramp(32_768)])
  const s = await SChunk.create({ typesize: 8, chunkSize: 32_768, blockSize: 8192 }, plain)
  s.vlmeta.set('note', Uint8Array.of(1))
  await s.save(join(cwd, 'sparse'), { sparse: true })
  expect(await convert(cwd, 'sparse', 'out.b2nd')).toMatchObject({ copied: 5, recompressed: 0 })
  await check(cwd, 'out.b2nd', plain, 8)
  expect((await SChunk.open(join(cwd, 'out.b2nd'))).vlmeta.get('note')).toEqual(Uint8Array.of(1))
})

test('a .npy or tensor of one dimension keeps its dtype; of more it is recompressed', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [25_000], data))
  put(cwd, 'b.npy', npy('<f4', [25, 1000], data))
  for (const name of ['a', 'b'])
    await blpk(['c', '-z', '20000', '--block-size', '4000', `${name}.npy`, `${name}.b2frame`], { cwd })
  expect(await convert(cwd, 'a.b2frame', 'a.b2nd')).toMatchObject({ copied: 5, recompressed: 0 })
  expect((await check(cwd, 'a.b2nd', data, 4)).dtype).toBe('<f4')
  await blpk(['d', 'a.b2nd', 'back.npy'], { cwd })
  expect(readFileSync(join(cwd, 'back.npy')).equals(readFileSync(join(cwd, 'a.npy')))).toBe(true)
  expect(await convert(cwd, 'b.b2frame', 'b.b2nd')).toMatchObject({ copied: 0 })
  expect((await NDArray.open(join(cwd, 'b.b2nd'))).shape).toEqual([25, 1000])
  await saveTensor(new Float64Array(20_000).fill(3), join(cwd, 't.b2frame'))
  await convert(cwd, 't.b2frame', 't.b2nd')
  expect((await NDArray.open(join(cwd, 't.b2nd'))).dtype).toBe('<f8')
})

test('chunks that no array could have are recompressed', async () => {
  const cwd = tempDir()
  // Blocks that are no whole part of a chunk.
  const odd = await SChunk.create({ typesize: 4, chunkSize: 20_000, blockSize: 12_000 }, data)
  await odd.save(join(cwd, 'odd.b2frame'))
  expect(await convert(cwd, 'odd.b2frame', 'odd.b2nd')).toMatchObject({ copied: 0 })
  await check(cwd, 'odd.b2nd', data, 4)
  // One chunk with other blocks than the others.
  const mixed = await SChunk.create({ typesize: 4, chunkSize: 20_000, blockSize: 4000 }, data)
  mixed.setCompression({ blockSize: 10_000 })
  await mixed.updateChunk(2, await mixed.decompressChunk(2))
  writeFileSync(join(cwd, 'mixed.b2frame'), await mixed.toCframe())
  expect(await convert(cwd, 'mixed.b2frame', 'mixed.b2nd')).toMatchObject({ copied: 4, recompressed: 1 })
  await check(cwd, 'mixed.b2nd', data, 4)
})
