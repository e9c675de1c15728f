import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ArrayFields, BlpkError, type ByteSource, NDArray } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('arrays out of .npy files and back')

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof BlpkError ? error.code : error === undefined ? undefined : String(error)
}

describe.skipIf(peer === undefined)('all kinds of .npy files', async () => {
  const names = peer === undefined ? [] : await peer.call('save_samples', { directory })

  test.each(names)('%s becomes an array that Python reads, and the same file again', async (name) => {
    if (peer === undefined) return
    const input = join(directory, `${name}.npy`)
    const [nd, back, theirs] = ['.b2nd', '-back.npy', '-theirs.npy'].map((end) => join(directory, name + end))
    if (nd === undefined || back === undefined || theirs === undefined) return
    if (itemless(input)) {
      expect(await codeOf(NDArray.fromNpy(input))).toBe('USAGE')
      return
    }
    const array = await NDArray.fromNpy(input)
    await array.save(nd)
    const nbytes = await array.saveNpy(back)
    expect(statSync(back).size).toBe(nbytes)
    expect(sameBytes(readFileSync(back), await array.toNpy())).toBe(true)
    expect(await peer.call('same_arrays', { input, output: back })).toBe(true)
    await peer.call('b2_to_npy', { input: nd, output: theirs })
    expect(sameBytes(readFileSync(theirs), readFileSync(back))).toBe(true)
  })

  /** NumPy has types of no bytes, and frames have not. */
  function itemless(path: string): boolean {
    return /'descr': '[<>|]?[SUV]0'/.test(readFileSync(path).subarray(0, 200).toString('latin1'))
  }

  test.each(names)('%s by Python becomes the same file', async (name) => {
    if (peer === undefined) return
    const input = join(directory, `${name}.npy`)
    const [nd, theirs] = ['-py.b2nd', '-py.npy'].map((end) => join(directory, name + end))
    if (nd === undefined || theirs === undefined) return
    try {
      await peer.call('b2_from_npy', { input, output: nd })
      await peer.call('b2_to_npy', { input: nd, output: theirs })
    } catch {
      // python-blosc2 itself refuses some of NumPy's types.
      return
    }
    const array = await NDArray.open(nd)
    const ours = join(directory, `${name}-ours.npy`)
    await array.saveNpy(ours)
    expect(await peer.call('same_arrays', { input: theirs, output: ours })).toBe(true)
  })
})

/** A source that counts, and that holds numbers without holding them. */
function countingNpy(
  shape: readonly number[],
  fortran: boolean,
): ByteSource & { most: number; reads: number } {
  const text = `{'descr': '<i4', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')}), }`
  const head = Buffer.from(`\x93NUMPY\x01\x00..${text.padEnd(117)}\n`, 'latin1')
  head.writeUInt16LE(118, 8)
  const items = shape.reduce((n, extent) => n * extent, 1)
  return {
    name: 'numbers',
    size: head.length + 4 * items,
    seekable: true,
    most: 0,
    reads: 0,
    read(position, into) {
      this.most = Math.max(this.most, into.length)
      this.reads++
      if (position < head.length) return head.copy(into, 0, position, position + into.length)
      const first = (position - head.length) / 4
      const view = new DataView(into.buffer, into.byteOffset, into.length)
      for (let i = 0; i * 4 < into.length; i++) view.setInt32(4 * i, first + i, true)
      return into.length
    },
    close() {},
  }
}

describe('large .npy files', () => {
  const shape = [48, 900, 1000]

  test.each([false, true])('are read in parts, Fortran order: %s', async (fortran) => {
    const source = countingNpy(shape, fortran)
    const options = { chunks: [16, 300, 500], blocks: [4, 100, 100], codec: 'lz4', level: 1 }
    const array = await NDArray.fromNpy(source, options)
    expect(source.most).toBeLessThanOrEqual(64 * 2 ** 20)
    expect(source.reads).toBeLessThan(3000)
    const place = (i: number, j: number, k: number): number =>
      fortran ? i + 48 * (j + 900 * k) : k + 1000 * (j + 900 * i)
    const corner = (
      await array.slice([
        [0, 47],
        [0, 899],
        [0, 999],
      ])
    ).values
    const expected = [0, 47].flatMap((i) => [0, 899].flatMap((j) => [0, 999].map((k) => place(i, j, k))))
    expect([...corner]).toEqual(expected)
    const row = (await array.slice([17, 333])).values
    expect([...row]).toEqual(Array.from({ length: 1000 }, (_, k) => place(17, 333, k)))
  })

  test('cannot come through a pipe where chunks need rows from all over them', async () => {
    const source = Object.assign(countingNpy([100, 3000, 3000], false), { seekable: false })
    const options = { chunks: [100, 1000, 100], blocks: [10, 100, 100] }
    await expect(NDArray.fromNpy(source, options)).rejects.toMatchObject({ code: 'USAGE' })
    const small = Object.assign(countingNpy([100, 30], false), { seekable: false })
    expect((await NDArray.fromNpy(small, { chunks: [10, 7] })).shape).toEqual([100, 30])
  })

  test('that are none, or not whole, are refused', async () => {
    expect(await codeOf(NDArray.fromNpy(Uint8Array.of(1, 2, 3)))).toBe('USAGE')
    const whole = await (await NDArray.zeros([5, 5])).toNpy()
    expect(await codeOf(NDArray.fromNpy(whole.subarray(0, 200)))).toBe('USAGE')
    expect(await codeOf(NDArray.fromNpy(join(directory, 'nowhere.npy')))).toBe('NOT_FOUND')
  })
})

test('arrays in Fortran order are turned', async () => {
  const data = new Uint8Array(Float64Array.from({ length: 6 }, (_, i) => i).buffer)
  const array: ArrayFields = { dtype: '<f8', shape: [2, 3], order: 'F', data }
  const made = await NDArray.fromTypedArray(array)
  expect([...(await made.slice()).values]).toEqual([0, 2, 4, 1, 3, 5])
  expect(await codeOf(NDArray.fromTypedArray({ ...array, shape: [2, 4] }))).toBe('USAGE')
  expect(await codeOf(NDArray.fromTypedArray({ ...array, order: 'C', shape: [2, 4] }))).toBe('USAGE')
})
