// Files of h5py in every version of the format, with all filters, chunk indexes and types, read by us.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ArrayValue, open, verify } from '../../../dist/index.js'
import { type Case, h5, LIBVERS } from '../../support/hdf5-peer.js'
import { ALL } from '../../support/long.js'
import { startPeer } from '../../support/peer.js'
import { sameBytes, scratchDirectory, sha256 } from '../../support/scratch.js'
import { warmBlpk } from '../../support/warm.js'

const peer = await startPeer('HDF5 files of h5py')
const directory = scratchDirectory()
const { filters, indexes, dtypes } = (peer && (await h5(peer, 'names'))) ?? {
  filters: [],
  indexes: [],
  dtypes: [],
}
/** The slice that the peer reads, too. */
const KEYS = [
  { start: 3, stop: 17, step: 2 },
  { start: 4, stop: 11 },
]
/** Of the datasets with one axis. */
const LENGTH = 414
/** No divisor of the number of types, so that each index has another one. */
const STRIDE = 20

/** Cases of a filter: all of them, or some, with each index. */
function casesOf(filter: string, turn: number): Case[] {
  const all = indexes.flatMap((index) => dtypes.map((dtype): Case => [filter, index, dtype]))
  return ALL ? all : all.filter((_, i) => i % STRIDE === turn % STRIDE)
}

async function blpk(...args: string[]): Promise<void> {
  const { code, err } = await warmBlpk([...args, '--quiet'])
  expect([args, code, err]).toEqual([args, 0, ''])
}

/** Reads a dataset by the command line, in each way there is. */
async function readByCommand(name: string, { data: whole, shape, dtype }: ArrayValue, part: Uint8Array) {
  const npy = join(directory, 'out.npy')
  const raw = join(directory, 'out.raw')
  const isLine = shape[0] === LENGTH
  await blpk('d', '-f', name, npy)
  expect(sameBytes(readFileSync(npy).subarray(-whole.length), whole)).toBe(true)
  await blpk('d', '-f', '--raw', name, raw)
  expect([dtype, sameBytes(readFileSync(raw), whole)]).toEqual([dtype, true])
  await blpk('d', '-f', '--slice', isLine ? '3:17:2' : '3:17:2,4:11', name, npy)
  expect(sameBytes(readFileSync(npy).subarray(-part.length), part)).toBe(true)
  if (shape.length > 1) return
  await blpk('d', '-f', '--items', '3:-5', name, npy)
  const items = whole.subarray((3 * whole.length) / LENGTH, ((LENGTH - 5) * whole.length) / LENGTH)
  expect(sameBytes(readFileSync(npy).subarray(-items.length), items)).toBe(true)
}

describe.each(LIBVERS)('written with libver %s', (libver) => {
  for (const [turn, filter] of filters.entries())
    test(filter, async () => {
      if (peer === undefined) return
      const path = join(directory, `${libver}-${filter}.h5`)
      const cases = casesOf(filter, turn + LIBVERS.indexOf(libver) * 5)
      const expected = await h5(peer, 'make_matrix', path, libver, cases)
      for (const [i, one] of cases.entries()) {
        const name = `${path}::/d${i}`
        const data = await open(name)
        try {
          const whole = await data.slice()
          const part = await data.slice(KEYS.slice(0, one[1] === 'line' ? 1 : 2))
          expect([one, sha256(whole.data), sha256(part.data)]).toEqual([one, ...(expected[i] ?? [])])
          if (i === turn % cases.length) await readByCommand(name, whole, part.data)
        } finally {
          await data.close()
        }
      }
      expect(await verify(path, { deep: true })).toMatchObject({ ok: true, findings: [] })
    })
})

test.skipIf(peer === undefined)('a netCDF-4 file', async () => {
  if (peer === undefined) return
  const path = join(directory, 'a.nc')
  const variables = await h5(peer, 'make_netcdf', path)
  for (const [name, digest] of Object.entries(variables)) {
    const data = await open(`${path}::${name}`)
    expect([name, sha256((await data.slice()).data)]).toEqual([name, digest])
    expect(JSON.parse(data.metadata ?? '{}')).toMatchObject({ units: 'm' })
    await data.close()
  }
  expect(await verify(path)).toMatchObject({ ok: true })
})
