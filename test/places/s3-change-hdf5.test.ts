import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blpk, npy, put, ramp, tempDir } from '../cli/run.js'
import { BUCKET, startS3 } from '../support/s3-server.js'
import { sameBytes } from '../support/scratch.js'
import { warmBlpk } from '../support/warm.js'

const server = await startS3('changing HDF5 files in s3://')
const rows = (n: number): Buffer => npy('<f4', [n, 10], ramp(40 * n))

describe.skipIf(server === undefined)('an HDF5 file in a bucket is changed', () => {
  if (server === undefined) return
  const { env } = server
  const ok = async (cwd: string, ...args: string[]): Promise<Buffer> => {
    const { code, out, err } = await warmBlpk(args, { env, cwd })
    expect([code, err]).toEqual([0, ''])
    return out
  }
  const at = (key: string): string => `s3://${BUCKET}/${key}`

  test('into the bytes that the same changes of a file make', { timeout: 60_000 }, async () => {
    const cwd = tempDir()
    put(cwd, 'a', rows(1000))
    put(cwd, 'b', rows(30))
    await ok(cwd, 'c', '-q', '--chunks', '100,10', 'a', 'x.h5::/g/a')
    await server.put('x.h5', readFileSync(join(cwd, 'x.h5')))
    for (const file of ['x.h5', at('x.h5')]) {
      await ok(cwd, 'append', '-q', `${file}::/g/a`, 'b')
      await ok(cwd, 'c', '-q', 'b', `${file}::/g/b`)
      await ok(cwd, 'c', '-q', '-f', 'a', `${file}::/g/b`)
      const again = await warmBlpk(['c', 'b', `${file}::/g/a`], { env, cwd })
      expect(again.code).toBe(1)
    }
    expect(sameBytes(await server.get('x.h5'), readFileSync(join(cwd, 'x.h5')))).toBe(true)
  })

  test('by several at once', { timeout: 120_000 }, async () => {
    const cwd = tempDir()
    put(cwd, 'a', rows(5))
    await ok(cwd, 'c', '-q', 'a', `${at('many.h5')}::/a`)
    const many = Array.from({ length: 4 }, (_, i) => i)
    const runs = await Promise.all(
      many.flatMap((i) => [
        blpk(['append', '-q', `${at('many.h5')}::/a`, 'a'], { env, cwd }),
        blpk(['c', '-q', 'a', `${at('many.h5')}::/g/n${i}`], { env, cwd }),
      ]),
    )
    for (const run of runs) expect(run).toMatchObject({ code: 0, err: '' })
    const names = (await ok(cwd, 'ls', `${at('many.h5')}::/`)).toString()
    for (const i of many) expect(names).toContain(`/g/n${i}`)
    expect((await ok(cwd, 'info', '--json', `${at('many.h5')}::/a`)).toString()).toContain('25')
  })
})
