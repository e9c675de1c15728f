import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { put, ramp } from '../cli/run.js'
import { type PeerB2Params, startPeer } from '../support/peer.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'

const run = promisify(execFile)
const BLPK = join(import.meta.dirname, '..', '..', 'bin', 'blpk.js')
const directory = scratchDirectory()
const at = (name: string): string => join(directory, name)
const peer = await startPeer('frames and arrays that were joined')
const cparams: PeerB2Params = { codec: 'zstd', typesize: 4, filters: [['shuffle', 0]] }

async function joined(out: string, ...inputs: string[]): Promise<{ copied: number; nchunks: number }> {
  const args = [BLPK, '--json', 'concat', '-f', at(out), ...inputs.map(at)]
  return JSON.parse((await run(process.execPath, args)).stdout) as { copied: number; nchunks: number }
}

test.runIf(peer !== undefined)(
  "Python's arrays, joined by us, are what numpy.concatenate makes",
  async () => {
    const sizes = [20, 10, 7, 13]
    const all: Buffer[] = []
    for (const [i, rows] of sizes.entries()) {
      const plain = ramp(rows * 12 * 4)
      all.push(plain)
      put(directory, `${i}.bin`, plain)
      await peer?.call('b2_array', {
        ...cparams,
        input: at(`${i}.bin`),
        output: at(`${i}.b2nd`),
        dtype: '<i4',
        shape: [rows, 12],
        chunks: [5, 6],
        blocks: [5, 3],
      })
    }
    const { copied } = await joined('all.b2nd', '0.b2nd', '1.b2nd', '2.b2nd', '3.b2nd')
    // Seven rows leave two behind a border, and with them the next thirteen are packed anew.
    expect(copied).toBe(14)
    const frame = await peer?.call('b2_describe', { input: at('all.b2nd') })
    expect(frame?.shape).toEqual([50, 12])
    expect(frame?.sha256).toBe(sha256(Buffer.concat(all)))
  },
)

test.runIf(peer !== undefined)("Python's frames, joined by us, open in Python", async () => {
  for (const [i, nbytes] of [4096, 3000].entries()) {
    put(directory, `f${i}.bin`, ramp(nbytes))
    await peer?.call('b2_schunk', {
      ...cparams,
      input: at(`f${i}.bin`),
      output: at(`f${i}.b2frame`),
      chunksize: 1024,
    })
  }
  expect(await joined('f.b2frame', 'f0.b2frame', 'f1.b2frame')).toMatchObject({ nchunks: 7, copied: 7 })
  expect(await joined('g.b2frame', 'f1.b2frame', 'f0.b2frame')).toMatchObject({ nchunks: 7, copied: 2 })
  const [f, g] = [Buffer.concat([ramp(4096), ramp(3000)]), Buffer.concat([ramp(3000), ramp(4096)])]
  expect((await peer?.call('b2_describe', { input: at('f.b2frame') }))?.sha256).toBe(sha256(f))
  expect((await peer?.call('b2_describe', { input: at('g.b2frame') }))?.sha256).toBe(sha256(g))
})
