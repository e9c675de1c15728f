import { expect, test } from 'vitest'
import { CHECKSUM_NAMES } from '../../src/chunk/checksums.js'
import { EXIT_CODES, worst } from '../../src/cli/exit.js'
import { flags } from '../../src/cli/flags/index.js'
import { parseSlice } from '../../src/cli/flags/slices.js'
import { builtinNames } from '../../src/codecs/registry.js'
import { parseSize, prettyRatio, prettySeconds, prettySize } from '../../src/core/sizes.js'
import { formats } from '../../src/format/registry.js'
import { resolveSlice } from '../../src/format/selection.js'

test.each([
  ['0', 0],
  ['17', 17],
  ['17B', 17],
  ['128K', 131072],
  ['128k', 131072],
  ['128KB', 131072],
  ['128KiB', 131072],
  ['1M', 2 ** 20],
  ['0.5G', 2 ** 29],
  ['.5g', 2 ** 29],
  ['1.', 1],
  ['2T', 2 ** 41],
  ['0.3K', 307],
  ['max', 99],
  ['MAX', 99],
])('the size %s is %d bytes', (text, nbytes) => {
  expect(parseSize(text, 99)).toBe(nbytes)
})

test.each(['', 'K', '1Q', '-1', '1 2', '1e3', '0x10', '99999999T', '1iB', '.'])(
  '%j is not a size',
  (text) => {
    expect(() => parseSize(text, 99)).toThrow(/is not a size/)
  },
)

test('max is a size only where there is one', () => {
  expect(() => parseSize('max')).toThrow("'max' is not a size (such as 4096, 128K, 1M or 0.5G)")
})

test('sizes, ratios and times are written for people', () => {
  const sizes = [0, 1023, 1024, 26843545, 3 * 2 ** 30, 2 ** 50].map(prettySize)
  expect(sizes).toEqual(['0B', '1023B', '1.0K', '25.6M', '3.0G', '1024.0T'])
  expect([prettyRatio(10, 4), prettyRatio(0, 0)]).toEqual(['2.50', '-'])
  expect([0.04, 9.94, 59, 61, 3720].map(prettySeconds)).toEqual([
    '0.0 s',
    '9.9 s',
    '59 s',
    '1 min 1 s',
    '1 h 2 min',
  ])
})

// What Python gives for list(range(10))[slice].
test.each([
  [':', 0, 10],
  ['2:', 2, 10],
  [':3', 0, 3],
  ['2:5', 2, 5],
  ['-3:', 7, 10],
  [':-3', 0, 7],
  ['-30:-8', 0, 2],
  ['5:2', 5, 5],
  ['20:30', 10, 10],
  ['0:100', 0, 10],
])('the slice %s of ten is %d to %d', (text, start, stop) => {
  expect(resolveSlice(parseSlice(text), 10)).toEqual({ start, stop })
})

test.each(['', '3', '1:2:3', 'a:b', '1.5:2', '99999999999999999:'])('%j is no slice', (text) => {
  expect(() => parseSlice(text)).toThrow(/range/)
})

test('the command line knows the codecs and checksums that there are', () => {
  const [blp, b2frame] = formats()
  expect(blp?.codecs).toEqual(builtinNames('blosc1'))
  expect(b2frame?.codecs).toEqual(builtinNames('blosc2'))
  expect(blp?.checksums).toEqual(CHECKSUM_NAMES)
})

test('no letter or name is used twice in a command', () => {
  for (const command of ['compress', 'decompress', 'info', 'append', 'verify'] as const) {
    const used = flags().filter((flag) => flag.commands === 'all' || flag.commands.includes(command))
    const names = used.flatMap((flag) => [flag.name, ...(flag.letter === undefined ? [] : [flag.letter])])
    expect(new Set(names).size).toBe(names.length)
  }
})

test('of several exit codes the largest counts', () => {
  expect([worst([]), worst([0, 0]), worst([0, 3, 1]), worst([1, 4, 3])]).toEqual([0, 0, 3, 4])
  expect(EXIT_CODES.INTERRUPTED).toBe(130)
})
