import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { blpk, filesIn, put, ramp, tempDir } from './run.js'

let dir: string
let sample: Buffer

beforeAll(async () => {
  sample = await archive()
})

beforeEach(() => {
  dir = tempDir()
  put(dir, 'a.bin', ramp(100_000))
  put(dir, 'a.bin.blp', sample)
})

/** Damages a byte of an archive. */
function flip(archive: Buffer, at: number): Buffer {
  const copy = Buffer.from(archive)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}

async function archive(args: readonly string[] = []): Promise<Buffer> {
  return (await blpk(['c', ...args, '-', '-'], { input: ramp(100_000) })).out
}

/** Options that do not fit: each is one line, exit code 2, and nothing is written. */
test.each<[string[], string | RegExp]>([
  [['frob'], "unknown command 'frob' (see blpk --help)"],
  [['compres'], "unknown command 'compres' (did you mean compress? see blpk --help)"],
  [['unpack', 'a.bin.blp'], "unknown command 'unpack' (did you mean decompress? see blpk --help)"],
  [['help', 'frob'], "unknown command 'frob' (see blpk --help)"],
  [['help', 'verfy'], "unknown command 'verfy' (did you mean verify? see blpk --help)"],
  [['c', '--foo', 'a.bin'], "unknown option '--foo' (see blpk compress --help)"],
  [['--foo', 'c', 'a.bin'], "unknown option '--foo' (see blpk --help)"],
  [['c', '--forse', 'a.bin'], "unknown option '--forse' (did you mean --force? see blpk compress --help)"],
  [['c', '-force', 'a.bin'], "unknown option '-rce' (did you mean --force? see blpk compress --help)"],
  [
    ['c', '--codek=zstd', 'a.bin'],
    "unknown option '--codek' (did you mean --codec? see blpk compress --help)",
  ],
  [
    ['c', '--level', '9', 'a.bin'],
    "unknown option '--level' (did you mean --clevel? see blpk compress --help)",
  ],
  [['c', '--force=yes', 'a.bin'], '--force takes no value (see blpk compress --help)'],
  [['i', '--deep', 'a.bin.blp'], "'--deep' is an option of verify, not of info (see blpk info --help)"],
  [
    ['i', '--dep', 'a.bin.blp'],
    "unknown option '--dep' (did you mean --deep of verify? see blpk info --help)",
  ],
  [['--deep', 'verify', 'a.bin.blp'], "'--deep' is an option of verify: put it after the command"],
  [
    ['i', '-z', '1M', 'a.bin.blp'],
    "'-z' is an option of compress and convert, not of info (see blpk info --help)",
  ],
  [
    ['verify', '--codec=lz4', 'a.bin.blp'],
    "'--codec' is an option of compress, append, concat and convert, not of verify (see blpk verify --help)",
  ],
  [['c'], 'missing argument <in> (usage: blpk compress [options] <in> [out])'],
  [['verify'], 'missing argument <archive> (usage: blpk verify [options] <archive...>)'],
  [['c', 'a', 'b', 'c'], 'too many arguments (usage: blpk compress [options] <in> [out])'],
  [['c', 'a.bin', '-z'], '--chunk-size needs a value: --chunk-size <size> (see blpk compress --help)'],
  [
    ['c', 'a.bin', '--max-app-chunks', 'x'],
    "the room for more chunks must be a whole number from 0 to 1099511627776, not 'x'",
  ],
  [
    ['--timeout', '0', 'c', 'a.bin'],
    "the timeout in seconds must be a whole number from 1 to 86400, not '0'",
  ],
  [['c', 'a.bin', '-z', '1Q'], "'1Q' is not a size (such as 4096, 128K, 1M or 0.5G, or max)"],
  [['c', 'a.bin', '-z', '0'], "the chunk size must be from 1 to 2147483631 bytes, not '0'"],
  [['c', 'a.bin', '-z', '2G'], "the chunk size must be from 1 to 2147483631 bytes, not '2G'"],
  [['c', 'a.bin', '-l', '10'], "the level must be a whole number from 0 to 9, not '10'"],
  [['c', 'a.bin', '-t', '256'], "the typesize must be a whole number from 1 to 255, not '256'"],
  [['c', 'a.bin', '-n', '0'], "the number of threads must be a whole number from 1 to 1024, not '0'"],
  [
    ['c', 'a.bin', '-c', 'gzip'],
    "unknown codec 'gzip' (choose from blosclz, lz4, lz4hc, snappy, zlib, zstd)",
  ],
  [
    ['c', 'a.bin', '-c', 'zsdt'],
    "unknown codec 'zsdt' (did you mean zstd? choose from blosclz, lz4, lz4hc, snappy, zlib, zstd)",
  ],
  [
    ['c', 'a.bin', 'a.b2frame', '-c', 'zsdt'],
    "unknown codec 'zsdt' (did you mean zstd? choose from blosclz, lz4, lz4hc, zlib, zstd, and registered codecs)",
  ],
  [
    ['c', 'a.bin', 'a.b2frame', '--filters', 'delta,bitshufle'],
    /^unknown filter 'bitshufle' \(did you mean bitshuffle\? choose from .*shuffle.*\)$/,
  ],
  [
    ['c', 'a.bin', '--format', 'b2farme'],
    "unknown format 'b2farme' (did you mean b2frame? choose from blp, b2frame, b2nd, h5)",
  ],
  [['completion', 'bsh'], "unknown shell 'bsh' (did you mean bash? choose from bash, zsh, fish, powershell)"],
  [['meta', 'gte', 'a.bin.blp'], "unknown action 'gte' (did you mean get? choose from get, set, rm)"],
  [
    ['c', 'a.bin', '-k', 'crc'],
    "unknown checksum 'crc' (did you mean crc32? choose from None, adler32, crc32, md5, sha1, sha224, sha256, sha384, sha512, xxh64)",
  ],
  [['c', 'a.bin', '--shuffle', 'all'], "unknown shuffle 'all' (choose from none, byte, bit)"],
  [['c', 'a.bin', '--progress', 'on'], "unknown progress mode 'on' (choose from auto, always, never)"],
  [['c', '-q', '-v', 'a.bin'], '-q and -v cannot be combined'],
  [
    ['c', 'a.bin', '-', '--json'],
    '--json and the data cannot both go to standard output: name an output file',
  ],
  [
    ['d', 'a.bin'],
    "the name of 'a.bin' does not end with .blp, .b2frame, .b2nd or .h5 (use -e to accept any name)",
  ],
  [
    ['a', 'a.bin', 'a.bin'],
    "the name of 'a.bin' does not end with .blp, .b2frame, .b2nd or .h5 (use -e to accept any name)",
  ],
  [['d', '-e', 'a.bin'], "the name of 'a.bin' does not say what to call the output: name an output file"],
  [['d', '--bytes', '0:1', 'a.bin.blp'], '--bytes, --items and --slice need the name of an output file'],
  [
    ['d', '--bytes', '0:1', '--items', '0:1', 'a.bin.blp', 'o'],
    '--bytes, --items and --slice cannot be combined',
  ],
  [['d', '--bytes', '5', 'a.bin.blp', 'o'], "'5' is not a range start:stop (such as 0:100, -100: or :)"],
  [['d', 'a.bin.blp', '-', '--metadata-out', '-'], 'only one output can be standard output'],
  [['a', '-', 'a.bin'], 'cannot append to standard input: name a file'],
  [['verify', '--against', '-', '-'], 'archive and original cannot both come from standard input'],
])('blpk %j is wrong usage', async (args, message) => {
  const { code, out, err } = await blpk(args, { cwd: dir })
  expect([code, out.toString()]).toEqual([2, ''])
  const [, said] = /^blpk: error: (.*)\n$/.exec(err) ?? []
  if (typeof message === 'string') expect(said).toBe(message)
  else expect(said).toMatch(message)
  expect(filesIn(dir)).toEqual(['a.bin', 'a.bin.blp'])
})

test('metadata that are not JSON are named with their file', async () => {
  put(dir, 'm.json', '{"a": }')
  const { code, err } = await blpk(['c', '-f', '-m', 'm.json', 'a.bin'], { cwd: dir })
  expect(code).toBe(2)
  expect(err).toMatch(/^blpk: error: 'm\.json': the metadata is not JSON: .*\n$/)
})

test('what is not there, or is there already', async () => {
  const cases: [string[], string][] = [
    [['c', 'none'], "cannot open 'none': no such file or directory"],
    [['i', 'none'], "cannot open 'none': no such file or directory"],
    [['d', 'none.blp'], "cannot open 'none.blp': no such file or directory"],
    [['a', 'none.blp', 'a.bin'], "cannot open 'none.blp': no such file or directory"],
    [['verify', 'none'], "cannot open 'none': no such file or directory"],
    [['c', '-m', 'none', 'a.bin', 'x.blp'], "cannot read 'none': no such file or directory"],
    [['c', 'a.bin', 'none/x.blp'], "cannot create 'none/x.blp': no such file or directory"],
    [['c', 'a.bin'], "output file 'a.bin.blp' exists (use --force to overwrite)"],
    [['d', 'a.bin.blp'], "output file 'a.bin' exists (use --force to overwrite)"],
    [['d', 'a.bin.blp', 'x', '--metadata-out', 'm'], "'a.bin.blp': the archive has no metadata"],
  ]
  for (const [args, message] of cases) {
    const { code, err } = await blpk(args, { cwd: dir })
    expect([code, err]).toEqual([1, `blpk: error: ${message}\n`])
  }
  expect(filesIn(dir)).toEqual(['a.bin', 'a.bin.blp'])
})

test('a directory is neither read nor written', async () => {
  mkdirSync(join(dir, 'd'))
  for (const [args, doing] of [
    [['c', 'd'], 'read'],
    [['c', 'a.bin', 'd'], 'write'],
    [['c', '-f', 'a.bin', 'd'], 'write'],
  ] as const) {
    const { code, err } = await blpk(args, { cwd: dir })
    expect([code, err]).toEqual([1, `blpk: error: cannot ${doing} 'd': it is a directory\n`])
  }
})

test('a damaged archive ends with 3 and says where', async () => {
  const sound = await archive(['-z', '16K'])
  const rows = await blpk(['i', '--chunks', '--json', '-'], { input: sound })
  const [{ chunks }] = JSON.parse(rows.out.toString()) as [{ chunks: { offset: number }[] }]
  const offset = chunks[3]?.offset ?? 0
  const bad = put(dir, 'bad.blp', flip(sound, offset + 40))
  const damage = `chunk 3 at byte ${offset}: crc32 mismatch`
  const unpacked = await blpk(['d', bad, 'x'], { cwd: dir })
  expect([unpacked.code, unpacked.err]).toEqual([3, `blpk: error: '${bad}': ${damage}\n`])
  expect(filesIn(dir)).toEqual(['a.bin', 'a.bin.blp', 'bad.blp'])
  const fromPipe = await blpk(['d', '-', '-'], { input: flip(sound, offset + 40) })
  expect([fromPipe.code, fromPipe.err]).toEqual([3, `blpk: error: 'standard input': ${damage}\n`])
})

test('what is no archive, and what is cut short, ends with 3', async () => {
  const cases: [string, Uint8Array][] = [
    ['this is not a Bloscpack archive: it has 3 bytes, but its header alone takes 32', Buffer.from('abc')],
    ["this is not a Bloscpack archive: it does not start with 'blpk'", ramp(1000)],
    [
      'this is a .npy file, not an archive (blpk compress turns it into one)',
      Buffer.from('\x93NUMPY and more', 'latin1'),
    ],
    ['the archive ends at byte', (await archive()).subarray(0, 5000)],
  ]
  for (const [message, content] of cases) {
    put(dir, 'bad.blp', content)
    for (const args of [
      ['d', 'bad.blp', 'x'],
      ['d', '--bytes', '99000:', 'bad.blp', 'x'],
      ['i', '--chunks', 'bad.blp'],
    ]) {
      const { code, err } = await blpk(args, { cwd: dir })
      expect(code).toBe(3)
      expect(err).toMatch(/^blpk: error: 'bad\.blp': [^\n]*\n$/)
      expect(err).toContain(message)
    }
  }
})

test('what is not supported ends with 4', async () => {
  const sound = await archive()
  const later = Buffer.from(sound)
  later[4] = 9
  put(dir, 'later.blp', later)
  const { code, err } = await blpk(['i', 'later.blp'], { cwd: dir })
  const message = "'later.blp': the archive has Bloscpack format version 9; only version 3 can be read"
  expect([code, err]).toEqual([4, `blpk: error: ${message}\n`])
})

test('with several files all are tried and the worst code wins', async () => {
  const sound = await archive()
  put(dir, 'bad.blp', flip(sound, sound.length - 1))
  const checked = await blpk(['verify', 'none.blp', 'bad.blp', 'a.bin.blp'], { cwd: dir })
  expect(checked.code).toBe(3)
  expect(checked.err).toBe("blpk: error: cannot open 'none.blp': no such file or directory\n")
  expect(checked.out.toString()).toMatch(/^bad\.blp: damage: .*\na\.bin\.blp: ok \(1 chunk, crc32\)\n$/)
  const later = Buffer.from(sound)
  later[4] = 9
  put(dir, 'later.blp', later)
  put(dir, 'junk.blp', 'junk')
  const shown = await blpk(['i', 'junk.blp', 'later.blp', 'none.blp', 'a.bin.blp'], { cwd: dir })
  expect(shown.code).toBe(4)
  expect(shown.err.match(/^blpk: error: /gm)).toHaveLength(3)
  expect(shown.out.toString()).toMatch(/^a\.bin\.blp\n {2}format /)
})

test('with --debug the stack is shown too', async () => {
  const { code, err } = await blpk(['-d', 'c', 'none'], { cwd: dir })
  expect(code).toBe(1)
  expect(err).toMatch(/^blpk: error: cannot open 'none'[^\n]*\nBlpkError: [\s\S]*\n {4}at /)
})

test('no room to append ends with 5 and names the way out', async () => {
  writeFileSync(join(dir, 'small.bin'), ramp(4096))
  await blpk(['c', '-z', '1K', '-t', '1', '--max-app-chunks', '1', 'small.bin'], { cwd: dir })
  const { code, err } = await blpk(['a', 'small.bin.blp', 'a.bin'], { cwd: dir })
  expect(code).toBe(5)
  expect(err).toMatch(/^blpk: error: .*'small\.bin\.blp'.*--grow.*\n$/)
  const grown = await blpk(['a', '--grow', 'small.bin.blp', 'a.bin'], { cwd: dir })
  expect([grown.code, grown.err]).toEqual([0, ''])
  const back = await blpk(['d', 'small.bin.blp', '-'], { cwd: dir })
  expect(back.out.equals(Buffer.concat([ramp(4096), ramp(100_000)]))).toBe(true)
})

test('an archive on a web server is not appended to', async () => {
  const { code, err } = await blpk(['a', 'https://example.org/a.blp', 'a.bin'], { cwd: dir })
  expect([code, err]).toEqual([
    2,
    'blpk: error: web servers can only be read: name a file, or an s3:// object\n',
  ])
})
