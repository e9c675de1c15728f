import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type ArrayFields,
  ArrayValue,
  loadTensor,
  packTensor,
  SChunk,
  saveTensor,
  unpackTensor,
} from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('tensors')
const bytes = (nbytes: number): Uint8Array => Uint8Array.from({ length: nbytes }, (_, i) => (i * 31) >> 2)

const TYPES: [string, number][] = [
  ['<f4', 4],
  ['>i8', 8],
  ['|b1', 1],
  ['|S5', 5],
  ['<M8[ns]', 8],
  ['<c16', 16],
  ["[('a', '<i4'), ('b', '|u1', (2, 3))]", 10],
  ["[('x', '<f8'), ('größe', [('y', '<i2'), ('z', '|V3')])]", 13],
]

describe('tensors', () => {
  test.each(TYPES)('of %s, both ways with Python', async (dtype, itemsize) => {
    // 0 and 1 alone are booleans.
    const data = bytes(60 * itemsize).map((byte) => (dtype === '|b1' ? byte & 1 : byte))
    const array: ArrayFields = { dtype, shape: [3, 4, 5], order: 'C', data }
    const ours = join(directory, 'ours.b2frame')
    await saveTensor(array, ours, { overwrite: true })
    expect(await loadTensor(ours)).toEqual(array)
    if (peer === undefined) return
    expect(await peer.call('b2_unpack_tensor', { input: ours })).toMatchObject({
      shape: [3, 4, 5],
      dtype: dtype.startsWith('[') ? dtype : `'${dtype}'`,
      sha256: sha256(data),
    })
    const [npy, theirs] = [join(directory, 'tensor.npy'), join(directory, 'theirs.b2frame')]
    await peer.call('b2_tensor_npy', { input: ours, output: npy })
    await peer.call('b2_pack_tensor', { input: npy, output: theirs })
    expect(await loadTensor(theirs)).toEqual(array)
  })

  test('in Fortran order, without dimensions or items, and sparse', async () => {
    const data = new Uint8Array(Float64Array.of(1, 2, 3, 4, 5, 6).buffer)
    const turned = await unpackTensor(await packTensor({ dtype: '<f8', shape: [2, 3], order: 'F', data }))
    expect([...new Float64Array(turned.data.buffer)]).toEqual([1, 3, 5, 2, 4, 6])
    expect(await unpackTensor(await packTensor(ArrayValue.from(Int8Array.of(7), [])))).toMatchObject({
      shape: [],
    })
    const empty = ArrayValue.from(new Float32Array(), [0, 3])
    expect(await unpackTensor(await packTensor(empty))).toMatchObject({ shape: [0, 3] })
    const path = join(directory, 'sparse.b2frame')
    await saveTensor(ArrayValue.from(Int16Array.of(1, 2, 3)), path, { sparse: true, chunkSize: 2 })
    expect((await loadTensor(path)).data).toEqual(new Uint8Array(Int16Array.of(1, 2, 3).buffer))
    const seen = await peer?.call('b2_unpack_tensor', { input: path })
    if (seen !== undefined) expect(seen).toMatchObject({ dtype: "'<i2'", shape: [3] })
  })

  test('of PyTorch are arrays here', async () => {
    const array = ArrayValue.from(Float32Array.of(1, 2, 3))
    const s = await SChunk.fromCframe(await packTensor(array))
    const layer = s.vlmeta.get('__pack_tensor__') ?? new Uint8Array()
    const at = Buffer.from(layer).indexOf('numpy')
    layer.set(Buffer.from('torch'), at)
    expect(await unpackTensor(await s.toCframe())).toEqual(array)
  })

  test('of more than 2 GiB, in chunks', { timeout: 120_000 }, async () => {
    const data = new Float64Array(2 ** 28 + 1)
    data[2 ** 28] = 5
    const path = join(directory, 'large.b2frame')
    const size = await saveTensor(data, path)
    expect(size).toBeLessThan(1000)
    expect(readFileSync(path).length).toBe(size)
    const s = await SChunk.open(path)
    expect(s.nbytes).toBe(2 ** 31 + 8)
    expect(new Float64Array((await s.slice(-2)).buffer)).toEqual(Float64Array.of(0, 5))
  })

  test('that are none, or whose size is another one, are refused', async () => {
    const s = await SChunk.create({ typesize: 4 }, new Float32Array(5))
    await expect(unpackTensor(await s.toCframe())).rejects.toMatchObject({ code: 'USAGE' })
    const packed = await SChunk.fromCframe(await packTensor(ArrayValue.from(new Float32Array(5))))
    await packed.append(new Float32Array(1))
    await expect(unpackTensor(await packed.toCframe())).rejects.toMatchObject({ code: 'USAGE' })
    writeFileSync(join(directory, 'x'), 'x')
    await expect(loadTensor(join(directory, 'x'))).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})
