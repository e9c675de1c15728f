import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NDArray, repair, SChunk } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'

const MIB = 2 ** 20
const GIB = 2 ** 30
const directory = scratchDirectory()
const peer = await startPeer('special values')
const LIBRARY = new URL('../../dist/index.js', import.meta.url).href

/** Runs a program in a process of its own. @returns what it says, and its largest resident size */
function run(program: string): { said: string; resident: number } {
  const script = join(directory, 'program.mjs')
  const report = 'console.log(process.resourceUsage().maxRSS * 1024)'
  writeFileSync(script, `import * as blpk from ${JSON.stringify(LIBRARY)}\n${program}\n${report}\n`)
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const [said = '', resident = ''] = stdout.trim().split('\n')
  return { said, resident: Number(resident) }
}

/** A frame without chunks, of which nothing is for its contents. */
async function emptyBytes(): Promise<number> {
  return (await (await SChunk.create({ typesize: 8 })).toCframe()).length
}

describe('zeros that are given as data', () => {
  test('1 GiB through a super-chunk costs a few dozen bytes, and little memory', async () => {
    const { said, resident } = run(`
      const s = await blpk.SChunk.create({ typesize: 8 })
      const piece = new Uint8Array(${16 * MIB})
      for (let i = 0; i < 64; i++) await s.append(piece)
      if (s.nbytes !== ${GIB}) throw new Error('' + s.nbytes)
      console.log((await s.toCframe()).length)
    `)
    expect(Number(said) - (await emptyBytes())).toBeLessThan(64)
    expect(resident).toBeLessThan(200 * MIB)
  })

  test('1 GiB set into an array costs a few dozen bytes, and little memory', () => {
    const { said, resident } = run(`
      const a = await blpk.NDArray.uninit([1024, 1024, 128], '<f8')
      const rows = new Uint8Array(16 * 1024 * 1024)
      for (let i = 0; i < 1024; i += 16) await a.set([{ start: i, stop: i + 16 }], rows)
      const bytes = await a.toCframe()
      const again = await blpk.NDArray.open(bytes)
      const item = (await again.slice([1023, 5, 7])).values
      if (again.schunk.nbytes < ${GIB} || item[0] !== 0) throw new Error('not zeros')
      console.log(bytes.length)
    `)
    expect(Number(said)).toBeLessThan(330)
    expect(resident).toBeLessThan(250 * MIB)
  })
})

describe('chunks of one value', () => {
  test.each([
    ['NaN', Number.NaN],
    ['a number', 2.75],
    ['minus zero', -0],
  ])('%s, given as data, is found, and read by Python', async (_what, value) => {
    const data = new Float64Array(100_000).fill(value)
    const array = await NDArray.fromTypedArray(data, { chunks: [30_000], blocks: [1000] })
    const cbytes = await Promise.all([0, 1, 2].map(async (i) => (await array.schunk.chunk(i)).length))
    expect(cbytes).toEqual([40, 40, 40])
    const path = join(directory, 'value.b2nd')
    await array.save(path, { overwrite: true })
    const seen = await peer?.call('b2_describe', { input: path })
    if (seen !== undefined) expect(seen.sha256).toBe(sha256(new Uint8Array(data.buffer)))
    expect((await array.slice()).values).toEqual(data)
  })

  test('are not looked for across items, where filters lose bits, or within larger items', async () => {
    const s = await SChunk.create(
      { typesize: 3 },
      Uint8Array.from({ length: 30_000 }, (_, i) => i % 3),
    )
    expect((await s.chunk(0)).length).toBe(32 + 3)
    const large = Uint8Array.from({ length: 90_000 }, (_, i) => (i % 300) >> 2)
    const t = await SChunk.create({ typesize: 300 }, large)
    expect(await (await SChunk.fromCframe(await t.toCframe())).bytes()).toEqual(large)
  })
})

describe('fillSpecial', () => {
  test.each([1, 3, 4, 8, 16, 300])('of items of %i bytes', async (typesize) => {
    const value = Uint8Array.from({ length: typesize }, (_, i) => i + 1)
    for (const kind of ['zeros', 'uninit', 'nans', 'value'] as const) {
      const s = await SChunk.create({ typesize, chunkSize: typesize * 70 })
      const filled = s.fillSpecial(1000, kind, value)
      if (kind === 'nans' && typesize !== 4 && typesize !== 8) {
        await expect(filled).rejects.toMatchObject({ code: 'USAGE' })
        continue
      }
      await filled
      const path = join(directory, 'fill.b2frame')
      await s.save(path, { overwrite: true })
      const plain = await (await SChunk.open(path)).bytes()
      expect(plain.length).toBe(1000 * typesize)
      const first = plain.subarray(0, typesize)
      if (kind === 'value') expect(first).toEqual(value)
      else if (kind === 'nans') expect(first.some((byte) => byte !== 0)).toBe(true)
      // Not given yet, but never old memory.
      else expect(first.every((byte) => byte === 0)).toBe(true)
      expect(Buffer.compare(plain.subarray(-typesize), first)).toBe(0)
      const seen = await peer?.call('b2_describe', { input: path })
      if (seen !== undefined && kind !== 'uninit') expect(seen.sha256).toBe(sha256(plain))
      await expect(s.fillSpecial(1, 'zeros')).rejects.toMatchObject({ code: 'USAGE' })
    }
  })

  test('then an item is set, and the others stay', async () => {
    const a = await NDArray.nans([50, 60], '<f4', { chunks: [20, 20], blocks: [5, 20] })
    await a.set([49, -1], Float32Array.of(1.5))
    const numbers = (await (await NDArray.open(await a.toCframe())).slice()).values as Float32Array
    expect(numbers.filter((x) => !Number.isNaN(x))).toEqual(Float32Array.of(1.5))
    const u = await NDArray.uninit([50, 60], '<f4')
    await u.set([0, 0], Float32Array.of(2.5))
    const sum = ((await u.slice()).values as Float32Array).reduce((total, x) => total + x, 0)
    expect(sum).toBe(2.5)
  })
})

describe('a chunk that repeats an item of another size than the frame', () => {
  /** Positions of fields in the header of a frame. */
  const HEADER_BYTES_AT = 11
  const FRAME_NBYTES_AT = 30
  const TYPESIZE_AT = 48
  const CHUNKSIZE_AT = 58
  /** And in the header of a chunk. */
  const CHUNK_NBYTES_AT = 4
  const LARGE = 12 * 60_000_000

  /** A frame of typesize 4 whose only chunk repeats 12 bytes. */
  async function strange(nbytes: number, options: object): Promise<Uint8Array> {
    const s = await SChunk.create({ typesize: 12, chunkSize: nbytes, checksum: 'none', ...options })
    await s.fillSpecial(
      nbytes / 12,
      'value',
      Uint8Array.from({ length: 12 }, (_, i) => i ** 2),
    )
    const frame = await s.toCframe()
    new DataView(frame.buffer, frame.byteOffset).setUint32(TYPESIZE_AT, 4)
    return frame
  }

  test.each([
    ['lz4', ['shuffle']],
    ['zstd', ['delta', 'shuffle']],
    ['zlib', ['bitshuffle']],
    ['blosclz', []],
    ['zstd', ['shuffle'], { dictionary: true }],
  ])('is repaired with %s and the filters %s', async (codec, filters, more: object = {}) => {
    const nbytes = 12 * 1_000_003
    const repaired = join(directory, 'strange.b2frame')
    const input = await strange(nbytes, { codec, filters, ...more })
    await repair(input, repaired, { overwrite: true })
    const plain = Uint8Array.from({ length: nbytes }, (_, i) => (i % 12) ** 2)
    expect(sha256(await (await SChunk.open(repaired)).bytes())).toBe(sha256(plain))
    const seen = await peer?.call('b2_describe', { input: repaired })
    if (seen !== undefined) expect(seen.sha256).toBe(sha256(plain))
  })

  test('takes little memory and room where it claims a large size', async () => {
    const path = join(directory, 'large.b2frame')
    const frame = await strange(12_000, { codec: 'lz4', blockSize: 72 })
    const view = new DataView(frame.buffer, frame.byteOffset)
    view.setUint32(view.getUint32(HEADER_BYTES_AT) + CHUNK_NBYTES_AT, LARGE, true)
    view.setBigUint64(FRAME_NBYTES_AT, BigInt(LARGE))
    view.setUint32(CHUNKSIZE_AT, LARGE)
    writeFileSync(path, frame)
    const { said, resident } = run(`
      const out = new blpk.MemorySink()
      await blpk.repair(${JSON.stringify(path)}, out)
      const { nbytes } = await blpk.SChunk.open(out.bytes)
      console.log(nbytes === ${LARGE} && out.bytes.length)
    `)
    expect(Number(said)).toBeGreaterThan(0)
    expect(Number(said)).toBeLessThan(LARGE / 200)
    expect(resident).toBeLessThan(200 * MIB)
  })
})
