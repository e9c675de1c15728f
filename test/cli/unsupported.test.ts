import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../dist/index.js'
import { blpk, filesIn, noise, npy, put, ramp, tempDir } from './run.js'

const PLUGIN = join(import.meta.dirname, '..', '..', 'examples', 'arange-codec.mjs')

/** Counting integers, in a container whose codec only the plugin knows. */
async function foreign(cwd: string, name: string, ...args: string[]): Promise<void> {
  const items = Int32Array.from({ length: 10_000 }, (_, i) => i)
  put(cwd, 'in.npy', npy('<i4', [10_000], Buffer.from(items.buffer)))
  const packing = ['--plugin', PLUGIN, '-c', 'arange', '--filters', 'none', ...args]
  expect((await blpk(['c', ...packing, 'in.npy', name], { cwd })).code).toBe(0)
}

test.each([
  ['a.b2nd', 'xxh64', 'chunk 0: it matches its checksum, but was not decompressed: '],
  ['a.b2nd', 'none', 'chunk 0: it was not decompressed: '],
])(
  'verify of %s (checksum %s): a codec that is not known is exit code 4, not damage',
  async (name, k, how) => {
    const cwd = tempDir()
    await foreign(cwd, name, '-k', k)
    const { code, out } = await blpk(['verify', name], { cwd })
    expect(code).toBe(4)
    expect(out.toString()).toMatch(new RegExp(`^${name}: unsupported: ${how}.* number 184, .*--plugin.*\n$`))
    const [json] = JSON.parse((await blpk(['verify', '--json', name], { cwd })).out.toString())
    expect(json).toMatchObject({ ok: false, findings: [{ level: 'unsupported', code: 'UNSUPPORTED' }] })
    const known = await blpk(['verify', '--plugin', PLUGIN, name], { cwd })
    expect([known.code, known.out.toString()]).toEqual([0, expect.stringContaining(': ok (')])
  },
)

test('what cannot be read is no damage to other commands either', async () => {
  const cwd = tempDir()
  await foreign(cwd, 'a.b2nd')
  for (const args of [
    ['d', 'a.b2nd', 'out.npy'],
    ['d', '--salvage', 'a.b2nd', 'out.npy'],
    ['convert', 'a.b2nd', 'out.blp'],
  ]) {
    const { code, err } = await blpk(args, { cwd })
    expect([args, code, err]).toEqual([args, 4, expect.stringContaining('184, which is not known')])
  }
  expect((await blpk(['repair', 'a.b2nd', 'sound.b2nd'], { cwd })).code).toBe(0)
  expect((await blpk(['verify', '--plugin', PLUGIN, 'sound.b2nd'], { cwd })).code).toBe(0)
})

test.runIf(typeof crc32 === 'function')('verify --deep of a .blp archive says the same', async () => {
  const cwd = tempDir()
  put(cwd, 'a', ramp(10_000))
  await blpk(['c', '-o', 'a'], { cwd })
  const bytes = readFileSync(join(cwd, 'a.blp'))
  // The codec of a chunk is in the upper bits of its flags; the digest of the only chunk ends the archive.
  bytes[32 + 2] = ((bytes[32 + 2] ?? 0) & 0x1f) | (6 << 5)
  bytes.writeUInt32LE(crc32(bytes.subarray(32, -4)), bytes.length - 4)
  put(cwd, 'a.blp', bytes)
  expect((await blpk(['verify', 'a.blp'], { cwd })).code).toBe(0)
  const { code, out } = await blpk(['verify', '--deep', 'a.blp'], { cwd })
  expect([code, out.toString()]).toEqual([
    4,
    'a.blp: unsupported: chunk 0 at byte 32: the chunk was compressed with codec number 6, which is not known\n',
  ])
})

/** An archive of ten chunks, of which some say that they have a codec that nobody knows. */
async function unknownCodec(cwd: string, checksum: string, chunks: readonly number[]): Promise<Buffer> {
  put(cwd, 'a', Buffer.concat([ramp(18_000), noise(2000)]))
  await blpk(['c', '-z', '2000', '-t', '4', '-k', checksum, 'a'], { cwd })
  const bytes = readFileSync(join(cwd, 'a.blp'))
  for (const i of chunks) {
    const at = Number(bytes.readBigInt64LE(32 + 8 * i))
    const end = at + bytes.readUInt32LE(at + 12)
    bytes[at + 2] = ((bytes[at + 2] ?? 0) & 0x1f) | (6 << 5)
    if (checksum === 'crc32') bytes.writeUInt32LE(crc32(bytes.subarray(at, end)), end)
  }
  put(cwd, 'a.blp', bytes)
  return bytes
}

describe.runIf(typeof crc32 === 'function')('repair and --salvage of a .blp archive', () => {
  const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

  // The last chunk is stored: it is read, whatever codec it names.
  test.each([
    ['crc32', ALL],
    ['none', ALL],
    ['crc32', [4, 5]],
  ])(
    'an unknown codec is exit code 4, and nothing is written (checksum %s, chunks %j)',
    async (k, chunks) => {
      const cwd = tempDir()
      await unknownCodec(cwd, k, chunks)
      for (const args of [
        ['repair', 'a.blp', 'out'],
        ['d', '--salvage', 'a.blp', 'out'],
      ]) {
        const { code, err } = await blpk(args, { cwd })
        expect([args, code]).toEqual([args, 4])
        expect(err).toMatch(
          new RegExp(
            `^blpk: error: 'a.blp': chunk ${chunks[0]} at byte \\d+: .* codec number 6, which is not known\n$`,
          ),
        )
      }
      expect(filesIn(cwd)).toEqual(['a', 'a.blp'])
    },
  )

  test('damage beside it changes nothing: verify says both', async () => {
    const cwd = tempDir()
    const bytes = await unknownCodec(cwd, 'crc32', ALL)
    const at = Number(bytes.readBigInt64LE(32 + 8 * 3))
    bytes.fill(0, at, at + 16)
    put(cwd, 'a.blp', bytes)
    expect((await blpk(['repair', 'a.blp', 'out'], { cwd })).code).toBe(4)
    const { code, out } = await blpk(['verify', '--deep', '--json', 'a.blp'], { cwd })
    const [report] = JSON.parse(out.toString()) as [{ findings: Finding[]; sound: number }]
    expect(code).toBe(4)
    expect(report.sound).toBe(1)
    expect(report.findings.map(({ level, chunk }) => `${level} ${chunk}`).sort()).toEqual([
      'damage 3',
      ...[0, 1, 2, 4, 5, 6, 7, 8].map((chunk) => `unsupported ${chunk}`),
    ])
  })

  test('without checksums one chunk that names another codec than the others is a broken one', async () => {
    const cwd = tempDir()
    await unknownCodec(cwd, 'none', [4])
    const { code, out } = await blpk(['repair', 'a.blp', 'out.blp'], { cwd })
    expect([code, out.toString()]).toEqual([3, expect.stringContaining('9 chunks recovered, 1 lost')])
  })
})

test('a damaged chunk that looks like one of a later format is damage', async () => {
  const cwd = tempDir()
  put(cwd, 'a', ramp(10_000))
  await blpk(['c', '-z', '1K', '-t', '4', 'a', 'a.b2frame'], { cwd })
  const bytes = readFileSync(join(cwd, 'a.b2frame'))
  const start = bytes.readUInt32BE(11)
  bytes[start] = 99
  put(cwd, 'a.b2frame', bytes)
  for (const command of ['verify', 'd']) {
    const { code, out, err } = await blpk([command, 'a.b2frame', ...(command === 'd' ? ['out'] : [])], {
      cwd,
    })
    expect([command, code]).toEqual([command, 3])
    expect(`${out}${err}`).toMatch(/chunk 0 at byte \d+: /)
  }
})

test('a damaged array says which chunk it is, and which items it holds', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [50, 40], ramp(8000)))
  await blpk(['c', 'a.npy', 'a.b2nd', '--chunks', '10,20', '--blocks', '10,20'], { cwd })
  const bytes = readFileSync(join(cwd, 'a.b2nd'))
  const at = Math.floor(bytes.length / 2)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  put(cwd, 'a.b2nd', bytes)
  const found = (await blpk(['verify', 'a.b2nd'], { cwd })).out.toString()
  const [, chunk, box] = /damage: (chunk \d+ at byte \d+): .*\((\[[\d:, ]+\])\)\n$/.exec(found) ?? []
  expect(box).toMatch(/^\[\d+:\d+, \d+:\d+\]$/)
  for (const args of [[], ['--slice', ':'], ['--slice', '::-1'], ['-n', '1']]) {
    const { code, err } = await blpk(['d', ...args, 'a.b2nd', 'out.npy'], { cwd })
    expect([code, err]).toEqual([
      3,
      `blpk: error: 'a.b2nd': ${chunk}: the chunk does not match its checksum (xxh64): it holds ${box} of the array\n`,
    ])
  }
})

test.each([
  [
    'convert a.b2nd x.npy',
    2,
    "convert writes .blp, .b2frame, .b2nd and .h5: use blpk decompress to get 'x.npy'",
  ],
  [
    'convert a.npy x.b2nd',
    3,
    "'a.npy': this is a .npy file, not an archive (blpk compress turns it into one)",
  ],
  [
    'append s.b2nd a.npy',
    4,
    "'s.b2nd' is a sparse frame, which cannot be changed in place; save or convert it as a file first",
  ],
  [
    'meta set s.b2nd a 1',
    4,
    "'s.b2nd' is a sparse frame, which cannot be changed in place; save or convert it as a file first",
  ],
])('%s says what to do', async (line, expected, message) => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [50, 40], ramp(8000)))
  await blpk(['c', 'a.npy', 'a.b2nd'], { cwd })
  await blpk(['c', '--sparse', 'a.npy', 's.b2nd'], { cwd })
  const { code, err } = await blpk(line.split(' '), { cwd })
  expect([code, err]).toEqual([expected, `blpk: error: ${message}\n`])
})
