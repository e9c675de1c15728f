import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blpk, npy, put, ramp, tempDir } from './run.js'

async function ok(...args: string[]): Promise<Buffer> {
  const { code, out, err } = await blpk(args)
  expect([code, err]).toEqual([0, ''])
  return out
}

describe('ids of appends go along when an archive is converted', () => {
  test.each([
    ['a.blp', 'b.b2frame'],
    ['a.blp', 'b.b2nd'],
    ['a.b2frame', 'b.blp'],
    ['a.b2frame', 'b.b2nd'],
    ['a.b2nd', 'b.blp'],
    ['a.b2nd', 'b.b2frame'],
  ])('from %s to %s', async (from, to) => {
    const cwd = tempDir()
    const [a, b] = [join(cwd, from), join(cwd, to)]
    const more = put(cwd, 'more.npy', npy('<i4', [10], ramp(40)))
    await ok('compress', put(cwd, 'in.npy', npy('<i4', [100], ramp(400))), a)
    await ok('append', '-q', '--grow', '--append-id', 'one', a, more)
    await ok('convert', a, b)
    const again = ['append', '--json', '--append-id', 'one', b, more]
    expect(JSON.parse((await ok(...again)).toString())).toMatchObject({ skipped: true, appended: 0 })
    const shown = await ok('meta', 'get', b)
    expect(shown.toString()).toContain('"appends":["one"]')
  })
})
