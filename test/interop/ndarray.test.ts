import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compress, decompress, open as openDataset } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('NumPy arrays on the way to and from Python')
const samples = (await peer?.call('save_samples', { directory })) ?? []
/** Larger than most samples, smaller than those of several chunks; every item size fits. */
const CHUNK_SIZE = 255 * 4096

const at = (name: string): string => join(directory, name)

describe('arrays that we pack, unpacked by Python', () => {
  for (const name of samples) {
    test(name, async () => {
      const input = at(`${name}.npy`)
      const output = at(`${name}.ours.blp`)
      await compress(input, output, { overwrite: true })
      const expected = await peer?.call('load', { input })
      expect(await peer?.call('unpack_ndarray', { input: output })).toEqual(expected)
    })
  }
})

describe('arrays that Python packs, unpacked by us', () => {
  for (const name of samples) {
    for (const codec of ['blosclz', 'zstd']) {
      test(`${name}, ${codec}`, async () => {
        const npy = at(`${name}.npy`)
        const packed = at(`${name}.theirs.blp`)
        const output = at(`${name}.theirs.npy`)
        const array = await peer?.call('pack_ndarray', {
          input: npy,
          output: packed,
          chunk_size: CHUNK_SIZE,
          blosc_args: { cname: codec },
        })
        await decompress(packed, output, { overwrite: true })
        expect(sameBytes(readFileSync(output), readFileSync(npy))).toBe(true)
        const unpacked = await (await openDataset(readFileSync(packed))).slice()
        expect(unpacked.shape).toEqual(array?.shape)
        expect(unpacked.order).toBe(array?.fortran === true ? 'F' : 'C')
        expect(sha256(unpacked.data)).toBe(array?.sha256)
      })
    }
  }
})

describe('metadata of arrays', () => {
  for (const name of samples) {
    test(`${name}: ours is Python's`, async () => {
      const ours = at(`${name}.meta-ours.blp`)
      const theirs = at(`${name}.meta-theirs.blp`)
      await compress(at(`${name}.npy`), ours, { overwrite: true })
      await peer?.call('pack_ndarray', { input: at(`${name}.npy`), output: theirs, chunk_size: CHUNK_SIZE })
      const metadata = async (input: string): Promise<unknown> =>
        (await peer?.call('info', { input }))?.metadata
      expect(await metadata(ours)).toEqual(await metadata(theirs))
    })
  }
})
