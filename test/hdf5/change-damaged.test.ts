import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { container } from '../../dist/format/hdf5/index.js'
import { findMutable } from '../../dist/format/registry.js'
import { BlpkError, BytesPlainSource, MemorySource } from '../../dist/index.js'
import { changePlace } from '../../dist/places/change.js'
import { ARCHIVE, MemDisk } from '../faults/mem-disk.js'
import { sized } from '../support/long.js'
import { between, seeded } from '../support/random.js'
import { sameBytes } from '../support/scratch.js'

const FOLDER = join(import.meta.dirname, '../fixtures/h5')
const DATASETS: Readonly<Record<string, string>> = {
  'structure/pytables.h5': '/table',
  'structure/netcdf.nc': '/x',
  'structure/dense.h5': '/x',
  'chunks/earliest.h5': '/filters/blosc2',
}

function sourceOf(nbytes: number): BytesPlainSource {
  return new BytesPlainSource(new MemorySource(new Uint8Array(nbytes)))
}

test.each(Object.keys(DATASETS))('%s with wrong bytes is changed, or stays as it is', async (name) => {
  const random = seeded(7)
  const sound = readFileSync(join(FOLDER, name))
  const change = await container.change?.()
  for (let i = 0; i < sized(60, 2000); i++) {
    const bytes = Buffer.from(sound)
    for (let flips = between(random, 1, 4); flips > 0; flips--)
      bytes[between(random, 0, random() < 0.5 ? 4096 : bytes.length - 1)] = between(random, 0, 255)
    const mem = new MemDisk([[ARCHIVE, bytes]])
    const isAppend = random() < 0.5
    const done = await changePlace(ARCHIVE, findMutable, { disk: mem.disk }, async (source) => {
      if (isAppend)
        await change?.append({ source, inner: DATASETS[name] }, sourceOf(620), { raw: true, threads: 1 })
      else await change?.add?.({ source, inner: '/blpk/new' }, sourceOf(50), { threads: 1 })
      return undefined
    }).catch((error: unknown) => error)
    expect(done === undefined || done instanceof BlpkError, String(done)).toBe(true)
    if (done !== undefined) expect(sameBytes(mem.files().get(ARCHIVE) ?? new Uint8Array(), bytes)).toBe(true)
    expect([...mem.files().keys()]).toEqual([ARCHIVE])
  }
})
