// Frames of no chunks, in turns with python-blosc2: what is appended to them can be sliced there, and none is damaged.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { append, plainSource, verify } from '../../dist/index.js'
import { blpk, noise, put, tempDir } from '../cli/run.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, sha256 } from '../support/scratch.js'

const peer = await startPeer('frames of no chunks')
const MADE = { codec: 'lz4', typesize: 4, filters: [['shuffle', 0]] as [string, number][] }

describe.skipIf(peer === undefined)('an empty frame', () => {
  test('of Python gets chunks of one size, which Python slices', async () => {
    const cwd = tempDir()
    const [nothing, path] = [put(cwd, 'nothing', ''), join(cwd, 'a.b2frame')]
    await peer?.call('b2_schunk', { ...MADE, input: nothing, output: path, chunksize: 40 })
    const data = noise(100)
    put(cwd, 'more', data)
    expect(await blpk(['append', '-q', 'a.b2frame', 'more'], { cwd })).toMatchObject({ code: 0 })
    const seen = await peer?.call('b2_describe', { input: path, items: [0, 10] })
    expect(seen).toMatchObject({ nbytes: 100, sha256: sha256(data), part: sha256(data.subarray(0, 40)) })
    await append(path, await plainSource(noise(60)))
    expect(await peer?.call('b2_describe', { input: path, items: [20, 40] })).toMatchObject({
      nbytes: 160,
      part: sha256(Buffer.concat([data, noise(60)]).subarray(80, 160)),
    })
    expect(await verify(path, { deep: true })).toMatchObject({ ok: true, findings: [] })
  })

  test.each(['lz4', 'zstd'])(
    'that Python emptied is empty, not damaged, and can be appended to (%s)',
    async (codec) => {
      const cwd = tempDir()
      const [input, path] = [put(cwd, 'in', noise(100)), join(cwd, 'a.b2frame')]
      await peer?.call('b2_schunk', { ...MADE, codec, input, output: path, chunksize: 40 })
      const steps = [2, 1, 0].map((index) => ({ kind: 'delete' as const, index }))
      await peer?.call('b2_change', { archive: path, steps })
      for (const args of [
        ['info', path],
        ['verify', '--deep', path],
        ['d', '-f', path, join(cwd, 'out')],
      ])
        expect([args, (await blpk(args, { cwd })).code]).toEqual([args, 0])
      expect(readFileSync(join(cwd, 'out')).length).toBe(0)
      writeFileSync(input, noise(48))
      await append(path, await plainSource(input))
      await blpk(['d', '-f', path, join(cwd, 'out')], { cwd })
      expect(sameBytes(readFileSync(join(cwd, 'out')), noise(48))).toBe(true)
      expect(await peer?.call('b2_describe', { input: path, items: [0, 12] })).toMatchObject({
        sha256: sha256(noise(48)),
        part: sha256(noise(48)),
      })
    },
  )
})
