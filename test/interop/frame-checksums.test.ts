import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SChunk } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'

const peer = await startPeer('checksums of frames next to python-blosc2')
const directory = scratchDirectory()
const LAYER = 'blpk-xxh64'
const OWN = Uint8Array.of(0xa2, 0x61, 0x62)
const data = Uint32Array.from({ length: 4_000 }, (_, i) => Math.imul(i + 1, 2654435761))

async function write(name: string): Promise<string> {
  const path = join(directory, name)
  const meta: [string, Uint8Array][] = [['own', OWN]]
  const s = await SChunk.create({ typesize: 4, chunkSize: 4_000, level: 0, meta }, data)
  s.vlmeta.set('mine', Uint8Array.of(0xa1, 0x63))
  await s.save(path)
  return path
}

/** Does a flipped bit in chunk 2 go unnoticed, because the checksums are not believed? */
async function isStale(path: string): Promise<boolean> {
  const s = await SChunk.open(path)
  const bytes = await s.toCframe()
  await s.close()
  expect(bytes.length).toBeGreaterThan(0)
  const frame = Uint8Array.from(readFileSync(path))
  frame[5_000] = (frame[5_000] ?? 0) ^ 1
  return (await SChunk.open(frame)).bytes().then(
    () => true,
    () => false,
  )
}

describe.skipIf(peer === undefined)('a frame with checksums', () => {
  test('is one like any other to python-blosc2, which shows the layer as bytes', async () => {
    if (peer === undefined) return
    const path = await write('plain.b2frame')
    const seen = await peer.call('b2_describe', { input: path })
    expect(seen).toMatchObject({
      nchunks: 4,
      vlmeta: { mine: 'c' },
      sha256: sha256(new Uint8Array(data.buffer)),
    })
    const all = await peer.call('b2_disturb', { archive: path, kind: 'all' })
    expect(Object.keys(all ?? {})).toEqual(['mine', LAYER])
    // Version and sizes, the header with its metalayers, one run, four digests.
    expect(all?.[LAYER]).toBe(16 + 114 + 8 + 32)
    expect(await isStale(path)).toBe(false)
  })

  test.each(['update', 'vlmeta'] as const)('%s by Python makes the checksums stale', async (kind) => {
    if (peer === undefined) return
    const path = await write(`${kind}.b2frame`)
    await peer.call('b2_disturb', { archive: path, kind })
    const s = await SChunk.open(path)
    expect((await s.bytes()).length).toBe(data.byteLength)
    expect([...s.vlmeta.keys()]).toEqual(kind === 'vlmeta' ? ['mine', 'note'] : ['mine'])
    await s.close()
    expect(await isStale(path)).toBe(true)
    const again = await SChunk.open(path)
    await again.save(path, { overwrite: true })
    await again.close()
    expect(await isStale(path)).toBe(false)
  })

  test('a fixed metalayer that Python updates leaves them true', async () => {
    if (peer === undefined) return
    const path = await write('meta.b2frame')
    await peer.call('b2_disturb', { archive: path, kind: 'meta', value: 'xy' })
    const s = await SChunk.open(path)
    expect(s.meta.get('own')).toEqual(Uint8Array.of(0xa2, 0x78, 0x79))
    await s.close()
    expect(await isStale(path)).toBe(false)
  })
})
