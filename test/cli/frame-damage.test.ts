import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'
import { FRAMES_WITHOUT_CHECKSUMS, SPARSE_FIXTURE } from '../support/b2-fixtures.js'
import { sameBytes } from '../support/scratch.js'
import { blpk, filesIn, npy, put, tempDir } from './run.js'

const items = Int32Array.from({ length: 400 }, (_, i) => Math.imul(i + 1, 2654435761))

/** A byte of chunk `index` of a frame in which nothing is compressed is wrong. */
function broken(cwd: string, name: string, frame: Uint8Array, index: number, chunk: number): string {
  const headerBytes = new DataView(frame.buffer, frame.byteOffset).getUint32(11)
  const at = headerBytes + index * (chunk + 32) + 40
  frame[at] = (frame[at] ?? 0) ^ 1
  put(cwd, name, frame)
  return name
}

async function brokenArray(cwd: string): Promise<string> {
  const a = await NDArray.zeros([20, 20], '<i4', { chunks: [10, 10], blocks: [10, 10], level: 0 })
  await a.set([], items)
  return broken(cwd, 'a.b2nd', await a.toCframe(), 1, 400)
}

describe('verify', () => {
  test('says which chunk of a frame is lost, and which items with it', async () => {
    const cwd = tempDir()
    const s = await SChunk.create({ typesize: 4, chunkSize: 400, level: 0 }, items)
    put(cwd, 'sound', await s.toCframe())
    broken(cwd, 'broken', await s.toCframe(), 2, 400)
    const sound = await blpk(['verify', 'sound'], { cwd })
    expect([sound.code, sound.out.toString()]).toEqual([0, 'sound: ok (4 chunks, xxh64, decompressed)\n'])
    const { code, out } = await blpk(['verify', 'broken'], { cwd })
    expect([code, out.toString()]).toEqual([
      3,
      'broken: damage: chunk 2 at byte 961: the chunk does not match its checksum (xxh64): plain bytes 800 to 1200 are lost (items 200 to 300)\n',
    ])
  })

  test('names the box of an array, as numbers too', async () => {
    const cwd = tempDir()
    const name = await brokenArray(cwd)
    expect((await blpk(['verify', name], { cwd })).out.toString()).toContain('are lost ([0:10, 10:20])\n')
    const { code, out } = await blpk(['verify', '--json', name], { cwd })
    const [report] = JSON.parse(out.toString())
    expect(code).toBe(3)
    expect(report).toMatchObject({ ok: false, nchunks: 4, sound: 3, checksum: 'xxh64' })
    expect(report.findings[0]).toMatchObject({
      code: 'CHECKSUM',
      chunk: 1,
      lost: { start: 400, stop: 800, box: { start: [0, 10], stop: [10, 20] } },
    })
  })

  test('frames of C-Blosc2 are sound, sparse ones too, and have no checksums', async () => {
    const { code, out } = await blpk(['verify', ...FRAMES_WITHOUT_CHECKSUMS, SPARSE_FIXTURE])
    expect(code).toBe(0)
    for (const line of out.toString().trim().split('\n')) expect(line).toContain('no checksums, decompressed')
  })

  test('a frame whose first bytes are gone is still one', async () => {
    const cwd = tempDir()
    const frame = await (await SChunk.create({ typesize: 4, chunkSize: 400 }, items)).toCframe()
    put(cwd, 'a', frame.fill(0, 0, 60))
    expect((await blpk(['verify', 'a'], { cwd })).out.toString()).toContain('there is a copy in the trailer')
    expect((await blpk(['repair', 'a', 'b'], { cwd })).code).toBe(0)
    const repaired = await SChunk.open(join(cwd, 'b'))
    expect(sameBytes(await repaired.bytes(), new Uint8Array(items.buffer))).toBe(true)
    await repaired.close()
  })
})

describe('repair', () => {
  test('leaves out the layers of an array that a lost chunk lies in, or fills it with zeros', async () => {
    const cwd = tempDir()
    const name = await brokenArray(cwd)
    const before = readFileSync(join(cwd, name))
    const short = await blpk(['repair', name, 'short.b2nd'], { cwd })
    expect(short.code).toBe(3)
    expect(short.out.toString()).toContain('note: the array has 10 of its 20 rows left\n')
    const left = await NDArray.open(join(cwd, 'short.b2nd'))
    expect(left.shape).toEqual([10, 20])
    expect(sameBytes((await left.slice()).data, new Uint8Array(items.buffer, 800))).toBe(true)
    await left.close()
    const filled = await blpk(['repair', '--fill', 'zeros', name, 'filled.b2nd'], { cwd })
    expect(filled.out.toString()).toMatch(/3 chunks recovered, 1 lost, 1 of them replaced by zeros\n$/)
    expect((await blpk(['verify', 'filled.b2nd'], { cwd })).code).toBe(0)
    expect(readFileSync(join(cwd, name)).equals(before)).toBe(true)
  })

  test('salvage unpacks a sparse frame, from its directory', async () => {
    const cwd = tempDir()
    put(cwd, 'in.bin', new Uint8Array(items.buffer))
    const packing = [
      'c',
      '--sparse',
      '--format',
      'b2frame',
      '-t',
      '4',
      '--chunk-size',
      '400',
      'in.bin',
      's.b2frame',
    ]
    expect((await blpk(packing, { cwd })).code).toBe(0)
    const { code, out } = await blpk(['d', '--salvage', 's.b2frame', '-'], { cwd })
    expect([code, sameBytes(out, new Uint8Array(items.buffer))]).toEqual([0, true])
    const sliced = await blpk(['d', '--salvage', '--slice', '0:2', 's.b2frame', '-'], { cwd })
    expect([sliced.code, sliced.err]).toEqual([
      2,
      expect.stringContaining('takes everything that is left: drop --bytes'),
    ])
  })

  test('salvage unpacks what is left of an array', async () => {
    const cwd = tempDir()
    const name = await brokenArray(cwd)
    const { code, out } = await blpk(['d', '-e', '--salvage', '--fill', 'zeros', name, '-'], { cwd })
    const expected = items.map((item, i) => (i < 200 && i % 20 >= 10 ? 0 : item))
    expect(code).toBe(3)
    expect(out.equals(npy('<i4', [20, 20], new Uint8Array(expected.buffer)))).toBe(true)
  })

  test('makes one file of a sparse frame', async () => {
    const cwd = tempDir()
    const run = await blpk(['repair', SPARSE_FIXTURE, 'whole.b2frame'], { cwd })
    expect(run.code).toBe(0)
    const [sparse, whole] = [await SChunk.open(SPARSE_FIXTURE), await SChunk.open(join(cwd, 'whole.b2frame'))]
    expect(sameBytes(await whole.bytes(), await sparse.bytes())).toBe(true)
    await whole.close()
    await sparse.close()
  })
})

describe('a frame of a .npy', () => {
  /** A frame of 20 rows of 20 items, whose chunk 1 of so many bytes is broken. */
  async function brokenTensor(cwd: string, chunk: number): Promise<string> {
    put(cwd, 'in.npy', npy('<i4', [20, 20], new Uint8Array(items.buffer)))
    await blpk(['c', '-l', '0', '-z', String(chunk), 'in.npy', 'sound.b2frame'], { cwd })
    return broken(cwd, 'a.b2frame', readFileSync(join(cwd, 'sound.b2frame')), 1, chunk)
  }

  test('keeps the rows that are left, or its shape with zeros', async () => {
    const cwd = tempDir()
    const name = await brokenTensor(cwd, 400)
    const short = await blpk(['repair', name, 'short.b2frame'], { cwd })
    expect([short.code, short.out.toString()]).toEqual([
      3,
      expect.stringContaining('note: the array has 15 of its 20 rows left\n'),
    ])
    const left = npy(
      '<i4',
      [15, 20],
      Buffer.concat([Buffer.from(items.buffer, 0, 400), Buffer.from(items.buffer, 800)]),
    )
    expect((await blpk(['d', 'short.b2frame', '-'], { cwd })).out.equals(left)).toBe(true)
    expect((await blpk(['d', '--salvage', name, '-'], { cwd })).out.equals(left)).toBe(true)
    const zeros = items.map((item, i) => (i >= 100 && i < 200 ? 0 : item))
    const filled = await blpk(['d', '--salvage', '--fill', 'zeros', name, '-'], { cwd })
    expect(filled.out.equals(npy('<i4', [20, 20], new Uint8Array(zeros.buffer)))).toBe(true)
  })

  test('becomes plain bytes where parts of rows are lost, and says so', async () => {
    const cwd = tempDir()
    const name = await brokenTensor(cwd, 120)
    const { code, out } = await blpk(['repair', name, 'plain.b2frame'], { cwd })
    expect([code, out.toString()]).toEqual([
      3,
      expect.stringContaining('note: the array became plain bytes: parts of rows are lost'),
    ])
    const plain = Buffer.concat([Buffer.from(items.buffer, 0, 120), Buffer.from(items.buffer, 240)])
    expect((await blpk(['d', 'plain.b2frame', '-'], { cwd })).out.equals(plain)).toBe(true)
  })
})

test('a frame that is cut short says where, and what can be done', async () => {
  const cwd = tempDir()
  const s = await SChunk.create({ typesize: 4, chunkSize: 400, level: 0 }, items)
  const whole = await s.toCframe()
  put(cwd, 'a.b2frame', whole.subarray(0, 1000))
  const { code, err } = await blpk(['d', 'a.b2frame', 'x'], { cwd })
  const message = `the frame is truncated: it should end at byte ${whole.length}, but the data end at byte 1000 (blpk repair recovers what is left)`
  expect([code, err]).toEqual([3, `blpk: error: 'a.b2frame': ${message}\n`])
})

test('what is repaired does not get the name of the other container', async () => {
  const cwd = tempDir()
  put(cwd, 'a.bin', new Uint8Array(items.buffer))
  for (const name of ['a.blp', 'a.b2frame']) await blpk(['c', 'a.bin', name], { cwd })
  for (const args of [
    ['repair', 'a.blp', 'x.b2frame'],
    ['repair', 'a.b2frame', 'x.blp'],
  ]) {
    const { code, err } = await blpk(args, { cwd })
    expect([code, err]).toEqual([2, expect.stringMatching(/is named like a .*, but the output is a /)])
  }
  expect(filesIn(cwd)).toEqual(['a.b2frame', 'a.bin', 'a.blp'])
})
