import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  dtypeRepr,
  formatNpyHeader,
  isNpy,
  type NpyHeader,
  ndarrayMetadata,
  parseMetadataDtype,
  parseNdarrayMetadata,
  parseNpyHeader,
} from '../../dist/array/npy/index.js'
import { PyTuple, parseLiteral } from '../../dist/array/npy/literal.js'
import { repr } from '../../dist/array/npy/repr.js'

interface Entry {
  name: string
  npy?: string | null
  bloscpack_metadata?: unknown
  original_size: number
}

const FIXTURES = join(import.meta.dirname, '../fixtures/blp')
const { entries } = JSON.parse(readFileSync(join(FIXTURES, 'manifest.json'), 'utf8')) as { entries: Entry[] }
const npyEntries = entries.filter((entry) => typeof entry.npy === 'string')
const npyFiles = readdirSync(join(FIXTURES, 'orig')).filter((name) => name.endsWith('.npy'))

function header(bytes: Uint8Array): NpyHeader {
  const parsed = parseNpyHeader(bytes)
  if ('needed' in parsed) throw new Error(`${parsed.needed} bytes are needed`)
  return parsed
}

/** A .npy file with this text as its header. */
function npy(text: string, { major = 1, minor = 0, length = text.length } = {}): Uint8Array {
  const size = Buffer.alloc(major === 1 ? 2 : 4)
  if (major === 1) size.writeUInt16LE(length)
  else size.writeUInt32LE(length)
  const encoding = major === 3 ? 'utf8' : 'latin1'
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY'),
    Buffer.from([major, minor]),
    size,
    Buffer.from(text, encoding),
  ])
}

function dict(descr: string, shape = '(3,)', fortran = 'False'): string {
  return `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`
}

function thrown(run: () => unknown): { code: string; message: string } {
  try {
    run()
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    expect(message).not.toMatch(/[\n\r]/)
    expect(message.length).toBeLessThan(250)
    return { code, message }
  }
  throw new Error('nothing was thrown')
}

/** The dtype as metadata, and its size in bytes. */
function dtype(value: unknown): [string, number] {
  const { descr, itemsize } = parseMetadataDtype(value)
  return [dtypeRepr(descr), itemsize]
}

describe('files that numpy.save wrote', () => {
  test.each(npyFiles)('%s: the header comes back byte for byte', (name) => {
    const bytes = readFileSync(join(FIXTURES, 'orig', name))
    const parsed = header(bytes)
    expect(Buffer.from(formatNpyHeader(parsed))).toEqual(bytes.subarray(0, parsed.headerBytes))
    expect(parsed.nbytes).toBe(bytes.length - parsed.headerBytes)
  })

  test.each(npyEntries.map((entry) => [entry.name, entry] as const))(
    '%s: metadata as Bloscpack wrote',
    (_, entry) => {
      const parsed = header(readFileSync(join(FIXTURES, entry.npy ?? '')))
      const metadata = ndarrayMetadata(parsed)
      expect(JSON.stringify(metadata)).toBe(JSON.stringify(entry.bloscpack_metadata))
      const { descr, itemsize, shape, order } = parsed
      const nbytes = entry.original_size
      expect(parseNdarrayMetadata(metadata)).toEqual({ descr, itemsize, shape, order, nbytes })
    },
  )

  test('there are some', () => {
    expect(npyFiles.length).toBeGreaterThan(50)
    expect(npyEntries.length).toBeGreaterThan(50)
  })
})

describe('parseNpyHeader', () => {
  test('asks for as many bytes as it needs, and no more', () => {
    const whole = Buffer.from(formatNpyHeader({ descr: '<f8', shape: [3], order: 'C' }))
    expect(parseNpyHeader(whole.subarray(0, 0))).toEqual({ needed: 10 })
    expect(parseNpyHeader(whole.subarray(0, 7))).toEqual({ needed: 10 })
    expect(parseNpyHeader(whole.subarray(0, 9))).toEqual({ needed: 10 })
    expect(parseNpyHeader(whole.subarray(0, 10))).toEqual({ needed: 128 })
    expect(parseNpyHeader(npy('', { major: 2 }).subarray(0, 9))).toEqual({ needed: 12 })
    expect(header(whole)).toMatchObject({ headerBytes: 128, nbytes: 24, version: [1, 0], dtype: "'<f8'" })
  })

  test('reads each version', () => {
    const text = dict("[('é', '<i4')]")
    for (const major of [1, 2]) {
      expect(header(npy(text, { major }))).toMatchObject({ version: [major, 0], dtype: "[('é', '<i4')]" })
    }
    const utf8 = npy(text, { major: 3, length: Buffer.byteLength(text) })
    expect(header(utf8)).toMatchObject({ version: [3, 0], dtype: "[('é', '<i4')]", itemsize: 4 })
    expect(
      thrown(() => parseNpyHeader(Buffer.concat([npy('', { major: 3, length: 1 }), Buffer.from([0xff])]))),
    ).toEqual({
      code: 'DAMAGED',
      message: 'the .npy header is not UTF-8, which version 3.0 requires',
    })
  })

  test('a subarray of subarrays keeps its axes apart, as NumPy 2.4 describes it', () => {
    const dtypes: [string, string, number][] = [
      ["[('c', ('<f8', (5,)), (2,))]", "[('c', ('<f8', (5,)), (2,))]", 80],
      ["[('c', (('<f8', (5,)), (2,)))]", "[('c', ('<f8', (5,)), (2,))]", 80],
      ["[('c', ('<f8', (5,)))]", "[('c', '<f8', (5,))]", 40],
      ["[('c', ('<f8', (5,)), ())]", "[('c', '<f8', (5,))]", 40],
      ["[('c', ('<f8', ()), (2,))]", "[('c', '<f8', (2,))]", 16],
      ["[('c', (('<f8', (3,)), (5,)), (2,))]", "[('c', (('<f8', (3,)), (5,)), (2,))]", 240],
      [
        "[('c', ([('a', '<i2'), ('b', ('<f4', (2,)), (3,))], (4,)), (2,))]",
        "[('c', ([('a', '<i2'), ('b', ('<f4', (2,)), (3,))], (4,)), (2,))]",
        208,
      ],
    ]
    for (const [given, written, itemsize] of dtypes) {
      const parsed = header(npy(dict(given)))
      expect([parsed.dtype, parsed.itemsize]).toEqual([written, itemsize])
      expect(dtype(written)).toEqual([written, itemsize])
      expect(header(Buffer.from(formatNpyHeader(parsed))).dtype).toBe(written)
    }
  })

  test('reads what Python 2 wrote', () => {
    const text = `{'shape': (2L, 3L), 'descr': [(u'a', '<i4', (2L,)), ("b", '|S3')], 'fortran_order': True}`
    expect(header(npy(text))).toMatchObject({ shape: [2, 3], order: 'F', itemsize: 11, nbytes: 66 })
  })

  test('an array whose items lie the same in both orders is written as C, as by numpy.save', () => {
    for (const shape of ['(3,)', '()', '(1, 3)', '(4, 0, 2)']) {
      const parsed = header(npy(dict("'<f8'", shape, 'True')))
      expect(parsed.order).toBe('F')
      expect(ndarrayMetadata(parsed).order).toBe('C')
      expect(Buffer.from(formatNpyHeader(parsed)).toString('latin1')).toContain("'fortran_order': False")
    }
  })

  test.each([
    ['no dict', '[1, 2]\n', 'is not a dict'],
    ['a missing key', "{'descr': '<f8', 'shape': (3,)}", "has no 'fortran_order'"],
    ['another key', "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'x': 1}", 'has keys other than'],
    [
      'a key twice',
      "{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
      'a key appears twice',
    ],
    ['a negative dimension', dict("'<f8'", '(-3,)'), 'is not a tuple of non-negative integers'],
    ['a list for shape', dict("'<f8'", '[3]'), 'is not a tuple of non-negative integers'],
    ['a truth value for a dimension', dict("'<f8'", '(True,)'), 'is not a tuple of non-negative integers'],
    ['no truth value', dict("'<f8'", '(3,)', '0'), 'neither True nor False'],
    ['a shape that overflows', dict("'<f8'", '(4294967296, 4294967296)'), 'more than 2^53 bytes'],
    ['a size that overflows', dict("'<f8'", '(9007199254740991,)'), 'more than 2^53 bytes'],
    ['a huge integer', dict("'<f8'", `(${'9'.repeat(10000)},)`), 'the integer is beyond 2^53'],
    ['text behind', `${dict("'<f8'")} 1`, 'there is more after its end'],
    ['nothing', '', 'expected a value'],
    ['a call', `__import__('os')`, 'expected a value'],
    ['an open string', "{'descr': '<f8", 'a string does not end'],
    ['no dtype', dict('None'), 'neither a string nor a list'],
    ['a field without type', dict("[('a',)]"), 'a field is not (name, type)'],
    ['a number for a name', dict("[(1, '<f8')]"), 'the name of a field is not a string'],
    ['a field twice', dict("[('a', '<f8'), ('a', '<f4')]"), "the field 'a' appears twice"],
    ['a negative subarray', dict("[('a', '<f8', (-1,))]"), 'not made of non-negative integers'],
    ['a huge subarray', dict("[('a', '<f8', (94906267, 94906267))]"), 'more than 2^53 bytes'],
  ])('finds %s damaged', (_, text, message) => {
    expect(thrown(() => parseNpyHeader(npy(text)))).toEqual({
      code: 'DAMAGED',
      message: expect.stringContaining(message),
    })
  })

  test('a size of zero forgives large dimensions', () => {
    expect(header(npy(dict("'<f8'", '(0, 4294967296, 4294967296)'))).nbytes).toBe(0)
    expect(header(npy(dict("'|S0'", '(4294967296, 4294967296)'))).nbytes).toBe(0)
  })

  test.each(['(', '[', '{"a":', '[(', "[('a',"])('refuses a bomb of %s', (open) => {
    const text = open.repeat(Math.floor(2 ** 20 / open.length))
    const { code, message } = thrown(() => parseNpyHeader(npy(text, { major: 2 })))
    expect([code, message]).toEqual(['DAMAGED', expect.stringContaining('nested more than 64 levels')])
  })

  test('takes no long time over long headers', () => {
    const hostile = [
      `'${'\\\\'.repeat(2 ** 19 - 1)}`,
      '1,'.repeat(2 ** 19),
      `[${"('a','<f8'),".repeat(80000)}]`,
    ]
    hostile.push(' '.repeat(2 ** 20), '9'.repeat(2 ** 20), `[${"'a',".repeat(2 ** 18 - 1)}`)
    const before = performance.now()
    for (const text of hostile)
      expect(thrown(() => parseNpyHeader(npy(text, { major: 2 }))).code).toBe('DAMAGED')
    expect(performance.now() - before).toBeLessThan(5000)
  })

  test('does not believe a header length', () => {
    const text = dict("'<f8'")
    const { code } = thrown(() => parseNpyHeader(npy(text, { length: text.length - 20 })))
    expect(code).toBe('DAMAGED')
    const long = Buffer.concat([npy(text, { length: text.length + 8 }), new Uint8Array(24).fill(7)])
    expect(thrown(() => parseNpyHeader(long)).message).toContain('there is more after its end')
    const huge = npy('', { major: 2, length: 2 ** 32 - 1 })
    expect(thrown(() => parseNpyHeader(huge)).message).toContain('the limit is 1 MiB')
  })

  test('refuses what it does not know', () => {
    expect(thrown(() => parseNpyHeader(Buffer.from('PK\x03\x04')))).toMatchObject({ code: 'DAMAGED' })
    const later = thrown(() => parseNpyHeader(npy('', { major: 4 })))
    expect([later.code, later.message]).toEqual(['UNSUPPORTED', expect.stringContaining('has version 4.0')])
    expect(thrown(() => parseNpyHeader(npy('', { minor: 1 }))).code).toBe('UNSUPPORTED')
    for (const descr of ["'|O'", "'O8'", "[('a', '<f8'), ('b', [('c', '|O')])]"]) {
      const { code, message } = thrown(() => parseNpyHeader(npy(dict(descr))))
      expect(code).toBe('UNSUPPORTED')
      expect(message).toContain('object arrays hold pointers to Python objects')
    }
    const odd = thrown(() => parseNpyHeader(npy(dict("'\\x1b[31m'"))))
    expect([odd.code, odd.message]).toEqual(['UNSUPPORTED', expect.stringContaining("'\\x1b[31m'")])
    expect(thrown(() => parseNpyHeader(npy(dict("('<f8', (3,))")))).code).toBe('UNSUPPORTED')
  })
})

describe('formatNpyHeader', () => {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

  test('chooses the version as numpy.save does', () => {
    const latin = formatNpyHeader({ descr: [{ name: 'é', type: '<i4' }], shape: [2], order: 'C' })
    expect([latin[6], latin.length]).toEqual([1, 128])
    const greek = formatNpyHeader({ descr: [{ name: 'Ω', type: '<i4' }], shape: [2], order: 'C' })
    expect([greek[6], greek.length]).toEqual([3, 128])
    expect(header(greek).dtype).toBe("[('Ω', '<i4')]")
    const long = formatNpyHeader({
      descr: [{ name: 'a'.repeat(70000), type: '<i4' }],
      shape: [2],
      order: 'C',
    })
    expect([long[6], long.length]).toEqual([2, 70144])
    expect(header(long).itemsize).toBe(4)
  })

  test('escapes names as Python does', () => {
    const names = ["it's", 'x\n"\'', 'x\x80\xad\u2028']
    const bytes = formatNpyHeader({
      descr: names.map((name) => ({ name, type: '<i4' })),
      shape: [2],
      order: 'C',
    })
    const descr = `[("it's", '<i4'), ('x\\n"\\'', '<i4'), ('x\\x80\\xad\\u2028', '<i4')]`
    expect(text(bytes).slice(10)).toBe(`${dict(descr, '(2,)').trimEnd().padEnd(181)}\n`)
  })

  test('an array of 64 dimensions', () => {
    expect(formatNpyHeader({ descr: '<f8', shape: Array(64).fill(1), order: 'C' }).length).toBe(320)
  })
})

describe('isNpy', () => {
  test('looks at the magic only', () => {
    expect(isNpy(npy(''))).toBe(true)
    expect(isNpy(npy('').subarray(0, 5))).toBe(false)
    expect(isNpy(Buffer.from('NUMPY\x01\x00'))).toBe(false)
  })
})

describe('parseMetadataDtype', () => {
  test.each([
    ['<f8', "'<f8'", 8],
    ['=f4', "'<f4'", 4],
    ['f4', "'<f4'", 4],
    ['|f4', "'<f4'", 4],
    ['>f4', "'>f4'", 4],
    ['?', "'|b1'", 1],
    ['b1', "'|b1'", 1],
    ['i1', "'|i1'", 1],
    ['>i1', "'|i1'", 1],
    ['b', "'|i1'", 1],
    ['d', "'<f8'", 8],
    ['<S05', "'|S5'", 5],
    ['a5', "'|S5'", 5],
    ['|S0', "'|S0'", 0],
    ['S', "'|S0'", 0],
    ['|U3', "'<U3'", 12],
    ['>U3', "'>U3'", 12],
    ['c', "'|S1'", 1],
    ['M8[1us]', "'<M8[us]'", 8],
    ['>m8[25ns]', "'>m8[25ns]'", 8],
    ['M8[generic]', "'<M8'", 8],
    ['datetime64[ns]', "'<M8[ns]'", 8],
    ['float64', "'<f8'", 8],
    ['int32', "'<i4'", 4],
    ['uint8', "'|u1'", 1],
    ['bool', "'|b1'", 1],
    ['complex128', "'<c16'", 16],
    ['float128', "'<f16'", 16],
    ["'<f4'", "'<f4'", 4],
    ["u'<f4'", "'<f4'", 4],
    ["[('a', '<i4'), ('b', '<f8')]", "[('a', '<i4'), ('b', '<f8')]", 12],
    [
      "[('a', '<i4', 2), ('b', 'f8', (2L, 3L)), ('c', '?', 1)]",
      "[('a', '<i4', (2,)), ('b', '<f8', (2, 3)), ('c', '|b1')]",
      57,
    ],
    ["[('', '|V3'), ('a', [('x', '<i2'), ('', '|V3')], (2,)), ('', '|V3')]", undefined, 16],
    ["[(('Title', 'nm'), '<i4'), ((None, 'z'), '<f8')]", undefined, 12],
    ["[('a', ('<i4', (2,)), 3)]", "[('a', ('<i4', (2,)), (3,))]", 24],
    ['[]', '[]', 0],
    [
      [
        ['a', '<f8'],
        ['b', '<f8', 2],
      ],
      "[('a', '<f8'), ('b', '<f8', (2,))]",
      24,
    ],
    [
      [
        [
          'a',
          [
            ['b', 'f8'],
            ['c', 'i1', [2, 2]],
          ],
        ],
      ],
      "[('a', [('b', '<f8'), ('c', '|i1', (2, 2))])]",
      12,
    ],
    [[[['Title', 'nm'], '<i4']], "[(('Title', 'nm'), '<i4')]", 4],
  ])('%j', (value, expected, itemsize) => {
    expect(dtype(value)).toEqual([expected ?? value, itemsize])
  })

  test.each([
    ['<f3', 'UNSUPPORTED'],
    ['i16', 'UNSUPPORTED'],
    ['int', 'UNSUPPORTED'],
    ['f8[ns]', 'UNSUPPORTED'],
    ['M8[foo]', 'UNSUPPORTED'],
    ['S99999999999999999999', 'UNSUPPORTED'],
    ['i4,f8', 'UNSUPPORTED'],
    ['', 'UNSUPPORTED'],
    ['object', 'UNSUPPORTED'],
    ['T', 'UNSUPPORTED'],
    ["[('a', '<i4')", 'DAMAGED'],
    ["{'names': ['a']}", 'DAMAGED'],
    [null, 'DAMAGED'],
    [1.5, 'DAMAGED'],
    [{}, 'DAMAGED'],
    [['a', '<f8'], 'UNSUPPORTED'],
    [[['a', '<f8', -1]], 'DAMAGED'],
    [`${' '.repeat(2 ** 21)}'`, 'DAMAGED'],
  ])('refuses %j', (value, code) => {
    expect(thrown(() => parseMetadataDtype(value)).code).toBe(code)
  })

  test('refuses a bomb of lists', () => {
    const bomb = JSON.parse('['.repeat(2000) + ']'.repeat(2000))
    expect(thrown(() => parseMetadataDtype(bomb)).code).toBe('DAMAGED')
  })
})

describe('parseNdarrayMetadata', () => {
  const good = { dtype: "'<f8'", shape: [2, 3], order: 'F', container: 'numpy' }

  test('reads what describes an array, and nothing else', () => {
    expect(parseNdarrayMetadata({ ...good, extra: 1 })).toEqual({
      descr: '<f8',
      itemsize: 8,
      shape: [2, 3],
      order: 'F',
      nbytes: 48,
    })
    for (const other of [
      null,
      undefined,
      1,
      'numpy',
      [],
      {},
      { container: 'zarr' },
      { ...good, container: 1 },
    ]) {
      expect(parseNdarrayMetadata(other)).toBeUndefined()
    }
  })

  test.each([
    { dtype: undefined },
    { dtype: 1 },
    { shape: undefined },
    { shape: 3 },
    { shape: [-1] },
    { shape: [1.5] },
    { shape: ['3'] },
    { shape: [2 ** 32, 2 ** 32] },
    { order: 'A' },
    { order: undefined },
  ])('finds %j damaged', (change) => {
    expect(thrown(() => parseNdarrayMetadata({ ...good, ...change })).code).toBe('DAMAGED')
  })
})

describe('Python literals', () => {
  const parse = (text: string) => parseLiteral(text, 'it')

  test.each([
    [`'a'`, 'a'],
    [`"it's"`, "it's"],
    [`'\\'\\"\\\\\\n\\r\\t\\a\\x41\\u00e9\\U0001f600\\101\\q'`, '\'"\\\n\r\t\x07Aé😀A\\q'],
    [`'a\\\nb'`, 'ab'],
    [`b'\\xff\\u0041'`, 'ÿ\\u0041'],
    ['-0', 0],
    ['-12L', -12],
    ['000', 0],
    ['(3)', 3],
    [' ( 3 , ) ', new PyTuple([3])],
    ['(None)', null],
    ['()', new PyTuple([])],
    ['[1, [2,], (True, False, None)]', [1, [2], new PyTuple([true, false, null])]],
    [
      `{'a': 1, "b": {},}`,
      new Map<string, unknown>([
        ['a', 1],
        ['b', new Map()],
      ]),
    ],
  ])('%s', (text, value) => {
    expect(parse(text)).toEqual(value)
  })

  test.each([
    '',
    '(',
    '(,)',
    '[,]',
    '{,}',
    '[1,,]',
    '[1 2]',
    '(1]',
    "{'a'}",
    '{1: 2}',
    '012',
    '1.5',
    '0x10',
    '--1',
    'true',
    '1_0',
    "'\\x4'",
    "'\\u12'",
    "'\\N{DIGIT ONE}'",
    "'\\U00110000'",
    "'a\nb'",
    "'a",
    "'a' 'b'",
    '9007199254740992',
    '[1]]',
  ])('refuses %j', (text) => {
    expect(thrown(() => parse(text)).code).toBe('DAMAGED')
  })

  test('says where', () => {
    expect(thrown(() => parse('[1, 2, x]')).message).toBe(
      'it is not a Python literal: at character 8, expected a value',
    )
  })

  test.each([
    "'a'",
    `"it's"`,
    `'\\'"'`,
    `'\\\\\\n\\x00\\x7f\\xa0é\\u200b\\ud800\\U000e0001😀'`,
    '(3,)',
    '()',
    '(1, 2)',
    '[]',
    '[True, False, None, -1]',
    "{'a': (1,), 'b': [{}]}",
  ])('repr gives back %s', (text) => {
    expect(repr(parse(text))).toBe(text)
  })
})
