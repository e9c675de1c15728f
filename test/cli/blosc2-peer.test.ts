import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { some } from '../support/long.js'
import { type Peer, startPeer } from '../support/peer.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'
import { blpk, isPosix, npy, put, ramp, shell } from './run.js'

const peer = await startPeer('frames and arrays of the command line, both ways')
const directory = scratchDirectory()
const at = (name: string): string => join(directory, name)

async function run(...args: string[]): Promise<void> {
  const { code, err } = await blpk(args, { cwd: directory })
  expect([code, err]).toEqual([0, ''])
}

/** Digest of a `.npy` without its header: the items in memory order. */
function itemsOf(name: string): string {
  const bytes = readFileSync(at(name))
  return sha256(bytes.subarray(10 + bytes.readUInt16LE(8)))
}

describe.skipIf(peer === undefined)('against python-blosc2', () => {
  const python = peer as Peer
  const shape = [37, 50, 41]
  const items = new Int32Array(37 * 50 * 41).map((_, i) => (i * 7919) % 1000)
  const cube = npy('<i4', shape, new Uint8Array(items.buffer))

  test('every kind of array, as a frame and as an array, there and back', async () => {
    const names = await python.call('save_samples', { directory })
    for (const name of some(names, 8)) {
      const source = `${name}.npy`
      const given = await python.call('load', { input: at(source) })
      await run('c', '-f', source, 'x.b2nd')
      const array = await python.call('b2_describe', { input: at('x.b2nd') })
      const plain = await python.call('npy_take', { input: at(source), key: '...' })
      expect([name, array.shape, array.sha256]).toEqual([name, given.shape, plain.sha256])
      await run('d', '-f', 'x.b2nd', 'x.npy')
      expect([name, await python.call('load', { input: at('x.npy') })]).toEqual([name, plain])

      await run('c', '-f', source, 'x.b2frame')
      expect((await python.call('b2_describe', { input: at('x.b2frame') })).sha256).toBe(given.sha256)
      await run('d', '-f', 'x.b2frame', 'y.npy')
      expect(sameBytes(readFileSync(at('y.npy')), readFileSync(at(source)))).toBe(true)
    }
  }, 300_000)

  test('python-blosc2 loads the frame of a .npy file as a tensor, and blpk its tensors', async () => {
    put(directory, 'cube.npy', cube)
    await run('c', '-f', 'cube.npy', 'cube.b2frame')
    const plain = await python.call('load', { input: at('cube.npy') })
    expect(await python.call('b2_unpack_tensor', { input: at('cube.b2frame') })).toEqual(plain)
    await python.call('b2_pack_tensor', { input: at('cube.npy'), output: at('tensor.b2frame') })
    await run('d', '-f', 'tensor.b2frame', 'tensor.npy')
    expect(await python.call('load', { input: at('tensor.npy') })).toEqual(plain)
  })

  test.each([
    ['lz4', 'bitshuffle', '10,25,15', '4,5,15'],
    ['blosclz', 'shuffle', '1,50,41', '1,7,41'],
    ['zlib', 'int_trunc:12,shuffle', '37,50,41', '37,50,41'],
    ['lz4hc', 'none', '40,60,50', '8,60,7'],
    ['zstd', 'shuffle,bytedelta', '10,25,41', '3,25,20'],
  ])('%s, %s, chunks %s, blocks %s', async (codec, filters, chunks, blocks) => {
    put(directory, 'cube.npy', cube)
    const how = ['--codec', codec, '--filters', filters, '--chunks', chunks, '--blocks', blocks]
    await run('c', '-f', 'cube.npy', 'p.b2nd', '--clevel', '7', ...how)
    const array = await python.call('b2_describe', {
      input: at('p.b2nd'),
      slices: [
        [
          [3, 30, 2],
          [10, 50, 1],
          [0, 41, 5],
        ],
      ],
    })
    expect([array.chunks, array.blocks]).toEqual([chunks, blocks].map((text) => text.split(',').map(Number)))
    await run('d', '-f', '--slice', '3:30:2,10:50,::5', 'p.b2nd', 'part.npy')
    expect(array.slices).toEqual([itemsOf('part.npy')])
    await run('d', '-f', '--raw', 'p.b2nd', 'p.raw')
    expect(sha256(readFileSync(at('p.raw')))).toBe(array.sha256)
  })

  test('what python-blosc2 wrote, with slices as NumPy cuts them', async () => {
    put(directory, 'cube.npy', cube)
    put(directory, 'cube.raw', new Uint8Array(items.buffer))
    await python.call('b2_array', {
      input: at('cube.raw'),
      output: at('theirs.b2nd'),
      dtype: '<i4',
      shape,
      chunks: [10, 20, 41],
      blocks: [3, 20, 10],
      codec: 'zstd',
      typesize: 4,
      filters: [['shuffle', 0]],
    })
    const keys = [
      '0:10,:,5::2',
      '-1,...,::-3',
      '[1,5,7],:3',
      '[36,0,-1,5],2:30:7,[40,0]',
      '1,2,3',
      '...',
      '5:5',
      '...,0',
      '[],:,1:2',
      '30::-7,[3],-5:',
    ]
    for (const key of keys) {
      await run('d', '-f', '--slice', key, 'theirs.b2nd', 's.npy')
      const expected = await python.call('npy_take', { input: at('cube.npy'), key })
      expect([key, await python.call('load', { input: at('s.npy') })]).toEqual([key, expected])
    }
    await run('d', '-f', 'theirs.b2nd', 'whole.npy')
    expect(itemsOf('whole.npy')).toBe(sha256(new Uint8Array(items.buffer)))
  })

  test('frames of python-blosc2: whole, items, bytes; sparse directories', async () => {
    const plain = ramp(1_000_004)
    put(directory, 'plain.bin', plain)
    for (const contiguous of [true, false]) {
      const output = contiguous ? 'theirs.b2frame' : 'sparse.b2frame'
      const how = { codec: 'lz4', typesize: 4, filters: [['shuffle', 0]] as [string, number][] }
      await python.call('b2_schunk', {
        ...how,
        input: at('plain.bin'),
        output: at(output),
        chunksize: 100_000,
        contiguous,
      })
      await run('d', '-f', output, 'out.bin')
      expect(sameBytes(readFileSync(at('out.bin')), plain)).toBe(true)
      await run('d', '-f', '--items', '24990:-10', output, 'out.bin')
      expect(sameBytes(readFileSync(at('out.bin')), plain.subarray(99_960, 1_000_004 - 40))).toBe(true)
      await run('d', '-f', '--bytes', '99999:100001', output, 'out.bin')
      expect(sameBytes(readFileSync(at('out.bin')), plain.subarray(99_999, 100_001))).toBe(true)
      const { out } = await blpk(['info', '--json', output], { cwd: directory })
      expect(JSON.parse(out.toString())).toMatchObject([
        { nbytes: 1_000_004, nchunks: 11, chunkSize: 100_000 },
      ])
    }
  })

  test('Blosc1 chunks are taken into a frame, of every codec and filter', async () => {
    const plain = ramp(300_001)
    put(directory, 'plain.bin', plain)
    const matrix = ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd', 'snappy'].flatMap((codec) =>
      ['none', 'byte', 'bit'].flatMap((shuffle) =>
        ['1', '4', '7', '255'].map((typesize) => [codec, shuffle, typesize] as const),
      ),
    )
    for (const [codec, shuffle, typesize] of some(matrix, 12)) {
      const how = ['-c', codec, '--shuffle', shuffle, '-t', typesize, '-z', '64K']
      await run('c', '-f', ...how, 'plain.bin', 'plain.blp')
      const { code, out } = await blpk(['convert', '-f', '--json', 'plain.blp', 'conv.b2frame'], {
        cwd: directory,
      })
      const { copied, nchunks } = JSON.parse(out.toString()) as { copied: number; nchunks: number }
      expect(code).toBe(0)
      // Bit shuffle of the last block, whose items are no multiple of 8, differs.
      if (codec !== 'snappy') expect(copied).toBeGreaterThanOrEqual(shuffle === 'bit' ? 0 : nchunks)
      const frame = await python.call('b2_describe', { input: at('conv.b2frame') })
      expect([how, frame.sha256]).toEqual([how, sha256(plain)])
      await run('d', '-f', 'conv.b2frame', 'back.bin')
      expect(sameBytes(readFileSync(at('back.bin')), plain)).toBe(true)
    }
  }, 300_000)

  test.skipIf(!isPosix)('pipes, both ways', async () => {
    put(directory, 'cube.npy', cube)
    const line =
      'cat cube.npy | blpk c --format b2nd --chunks 10,25,15 - - | cat > piped.b2nd; ' +
      "cat piped.b2nd | blpk d --slice '0:10,:,5::2' - - | cat > piped.npy; " +
      'head -c 100001 cube.npy | blpk c --raw --format b2frame -t 8 - - | cat > piped.b2frame'
    const { code, err } = await shell(line, { cwd: directory })
    expect([code, err]).toEqual([0, ''])
    const array = await python.call('b2_describe', { input: at('piped.b2nd') })
    expect(array.sha256).toBe(sha256(new Uint8Array(items.buffer)))
    const expected = await python.call('npy_take', { input: at('cube.npy'), key: '0:10,:,5::2' })
    expect(await python.call('load', { input: at('piped.npy') })).toEqual(expected)
    const frame = await python.call('b2_describe', { input: at('piped.b2frame') })
    expect(frame.sha256).toBe(sha256(cube.subarray(0, 100_001)))
  })

  test('converted arrays are what they were, and metadata come back', async () => {
    put(directory, 'cube.npy', cube)
    put(directory, 'notes.json', '{"unit": "K", "scale": 1.10}')
    const plain = await python.call('load', { input: at('cube.npy') })
    await run('c', '-f', '-m', 'notes.json', 'cube.npy', 'cube.blp')
    await run('convert', '-f', 'cube.blp', 'c1.b2nd', '--chunks', '1,50,41', '--blocks', '1,5,41')
    await run('convert', '-f', 'c1.b2nd', 'c2.b2frame')
    await run('convert', '-f', 'c2.b2frame', 'c3.blp')
    const array = await python.call('b2_describe', { input: at('c1.b2nd') })
    expect([array.sha256, array.vlmeta]).toEqual([plain.sha256, { bloscpack: '{"unit":"K","scale":1.10}' }])
    expect(await python.call('b2_unpack_tensor', { input: at('c2.b2frame') })).toEqual(plain)
    expect(await python.call('unpack_ndarray', { input: at('c3.blp') })).toEqual(plain)
    const { out } = await blpk(['info', '--json', 'c3.blp'], { cwd: directory })
    expect(JSON.parse(out.toString())).toMatchObject([{ metadata: { unit: 'K', scale: 1.1, shape } }])
  })
})
