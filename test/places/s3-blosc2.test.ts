import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'
import { noise, npy, put, tempDir } from '../cli/run.js'
import { startS3 } from '../support/s3-server.js'
import { sameBytes } from '../support/scratch.js'
import { warmBlpk } from '../support/warm.js'

const server = await startS3('frames and arrays in a bucket')
const MIB = 2 ** 20
/** 16 MiB of noise, which stays as large: 32 chunks of 512 KiB in 16 blocks of 32 KiB. */
const DATA = new Uint8Array(noise(16 * MIB)).map((byte) => byte & 127)

describe.skipIf(server === undefined)('Blosc2 in a bucket', () => {
  if (server === undefined) return
  const { proxy, env } = server
  const received = (): number => proxy.requests('GET').reduce((sum, { received: n }) => sum + n, 0)
  const ok = async (...args: string[]): Promise<Buffer> => {
    const { code, out, err } = await warmBlpk(args, { env })
    expect([code, err]).toEqual([0, ''])
    return out
  }
  const at = (key: string): string => `s3://bucket/frames/${key}`

  beforeEach(() => proxy.reset())

  test('arrays are written, sliced block by block, verified and compared', async () => {
    const cwd = tempDir()
    const file = put(cwd, 'a.npy', npy('|u1', [2048, 8192], DATA))
    await ok('c', '--chunks', '512,1024', '--blocks', '128,256', '-c', 'lz4', file, at('a.b2nd'))
    proxy.reset()
    const out = join(cwd, 'row.npy')
    await ok('d', '--slice', '1000', at('a.b2nd'), out)
    const row = await NDArray.fromNpy(out)
    expect(sameBytes((await row.slice()).data, DATA.subarray(1000 * 8192, 1001 * 8192))).toBe(true)
    // 32 blocks of 32 KiB, and both ends of the frame.
    expect(received()).toBeLessThan(1.4 * MIB)
    expect(proxy.requests('GET').length).toBeLessThan(24)
    await ok('verify', '--against', file, at('a.b2nd'))
    expect((await ok('info', at('a.b2nd'))).toString()).toContain('shape (2048, 8192)')
  })

  test('frames come back, whole and in part, and become files', async () => {
    const cwd = tempDir()
    const file = put(cwd, 'a', DATA)
    await ok('c', '-t', '8', '-z', '1M', '--block-size', '32K', '-c', 'lz4', file, at('a.b2frame'))
    expect((await ok('d', at('a.b2frame'), '-')).equals(Buffer.from(DATA))).toBe(true)
    proxy.reset()
    const part = await ok('d', '--bytes', '8000000:8000100', at('a.b2frame'), '-')
    expect(part.equals(Buffer.from(DATA.subarray(8_000_000, 8_000_100)))).toBe(true)
    expect(received()).toBeLessThan(300 * 1024)
    const local = join(cwd, 'local.b2nd')
    await ok('convert', at('a.b2frame'), local)
    const frame = await SChunk.open(local)
    expect(sameBytes(await frame.bytes(), DATA)).toBe(true)
    await frame.close()
  })

  test('the library reads them with the settings of the environment', async () => {
    const cwd = tempDir()
    const file = put(cwd, 'b.npy', npy('<u2', [1024, 8192], DATA))
    await ok('c', '--chunks', '256,2048', '--blocks', '64,256', file, at('b.b2nd'))
    for (const [name, value] of Object.entries(env)) process.env[name] = value
    const array = await NDArray.open(at('b.b2nd'))
    const local = await NDArray.fromNpy(file)
    const keys = [{ start: 1020, stop: 3, step: -7 }, [5, 8000, 77]]
    expect(sameBytes((await array.slice(keys)).data, (await local.slice(keys)).data)).toBe(true)
    proxy.reset()
    const box = { start: [60, 250], stop: [70, 260] }
    expect(sameBytes(await array.box(box), await local.box(box))).toBe(true)
    expect(received()).toBeLessThan(4 * 40 * 1024 + 16 * 1024)
    await array.close()
  })
})
