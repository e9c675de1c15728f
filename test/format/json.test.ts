import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeJson } from '../../src/core/json/decode.js'
import { membersOf, objectOf, withMember } from '../../src/core/json/edit.js'
import { compactJson, isJson, JsonText } from '../../src/core/json/json.js'
import { jsonTextOf, printedJson } from '../../src/core/json/print.js'
import { parseJson } from '../../src/core/json/value.js'
import { sized } from '../support/long.js'

/** Parts that JSON is made of, right and wrong ones. */
const scraps = fc.array(
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '1',
    '-',
    '0',
    '.5',
    'e3',
    'true',
    'nul',
    ' ',
    '\n',
  ),
  { maxLength: 8 },
)

describe('what is JSON', () => {
  test('as JavaScript says, but for NaN and infinities', () => {
    const says = (text: string): boolean => {
      try {
        return JSON.parse(text) !== undefined
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(scraps, (parts) => {
        expect(isJson(parts.join(''))).toBe(says(parts.join('')))
      }),
      { numRuns: sized(1000, 5000) },
    )
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(isJson(text)).toBe(true)
      }),
    )
  })

  test.each(['NaN', '[Infinity, -Infinity]', '{"a":NaN}', '1e400', '-0.0', '"\\ud800"'])('%s is', (text) =>
    expect(isJson(text)).toBe(true),
  )

  test.each([
    'nan',
    '-NaN',
    '+Infinity',
    '01',
    '1.',
    '.5',
    '"\t"',
    '',
    ' ',
    '\ufeff1',
    "'a'",
    '[1,]',
    '{"a":1,}',
    '1 2',
  ])('%s is not', (text) => expect(isJson(text)).toBe(false))

  test('faults are named by line and column', () => {
    expect(() => compactJson('{\n "a": tru}')).toThrow('is not JSON: unexpected "t" at line 2, column 7')
    expect(() => compactJson('[1, 2')).toThrow('is not JSON: it ends early')
  })
})

describe('JSON text', () => {
  test('is made compact without touching a value', () => {
    expect(compactJson(' { "a" : [ 1.0 , 1e400,\t-0.0, NaN ], "b c":"é \\ud800" } ')).toBe(
      '{"a":[1.0,1e400,-0.0,NaN],"b c":"\\u00e9 \\ud800"}',
    )
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(compactJson(JSON.stringify(value, null, 3)))).toEqual(
          JSON.parse(JSON.stringify(value)),
        )
      }),
    )
  })

  test('has members that can be changed one by one, those of one name included', () => {
    const members = membersOf('{"n": 12345678901234567890, "a": [1, {"n": 2}], "n": NaN}') ?? []
    expect(members).toEqual([
      { key: 'n', value: '12345678901234567890' },
      { key: 'a', value: '[1,{"n":2}]' },
      { key: 'n', value: 'NaN' },
    ])
    expect(objectOf(members)).toBe('{"n":12345678901234567890,"a":[1,{"n":2}],"n":NaN}')
    expect(objectOf(withMember(members, 'a', '1.0'))).toBe('{"n":12345678901234567890,"a":1.0,"n":NaN}')
    expect(membersOf('[{"a":1}]')).toBeUndefined()
  })

  test('is printed as JSON.stringify does, with all digits, and odd numbers as strings', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(printedJson(jsonTextOf(value))).toBe(
          JSON.stringify(value, null, 2).replace(
            /[\u007f-\u009f]/g,
            (c) => `\\u00${c.charCodeAt(0).toString(16)}`,
          ),
        )
      }),
    )
    const value = {
      a: new JsonText('[NaN,-Infinity,1e400,9007199254740993]'),
      b: 2n ** 70n,
      c: undefined,
      d: Number.NaN,
    }
    expect(printedJson(jsonTextOf(value), { compact: true })).toBe(
      '{"a":["NaN","-Infinity",1e400,9007199254740993],"b":1180591620717411303424,"d":"NaN"}',
    )
    expect(printedJson('[NaN]', { python: true })).toBe('[\n  NaN\n]')
  })

  test('has a value with all digits of integers', () => {
    expect(
      parseJson('{"a":[9007199254740993,-1,1.5,NaN,-Infinity],"__proto__":1,"a b":null,"t":true}'),
    ).toEqual(
      JSON.parse('{"a":[],"__proto__":1,"a b":null,"t":true}', (key, value) =>
        key === 'a' ? [9007199254740993n, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY] : value,
      ),
    )
    fc.assert(
      fc.property(fc.json(), (text) => {
        const asNumber = (_key: string, value: unknown): unknown =>
          typeof value === 'bigint' ? Number(value) : value
        expect(JSON.stringify(parseJson(text), asNumber)).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  test('may be deep and large: nothing recurses, and indentation has its end', () => {
    const deep = `${'[{"a":'.repeat(40_000)}NaN${'}]'.repeat(40_000)}`
    expect(compactJson(deep) === deep).toBe(true)
    expect(membersOf(`{"x":${deep}}`)?.[0]?.value === deep).toBe(true)
    expect(printedJson(deep).length).toBeLessThan(2 * deep.length)
    expect(isJson(printedJson(deep))).toBe(true)
    expect(parseJson(deep)).toBeDefined()
    expect(() => compactJson('['.repeat(200_000))).toThrow('nested more than 100000 deep')
    const long = `"${'é'.repeat(5e6)}"`
    expect(compactJson(long)).toHaveLength(2 + 6 * 5e6)
  })
})

describe('bytes of JSON', () => {
  const text = '{"é":"\u{1f600}"}'
  const utf16 = Buffer.from(text, 'utf16le')

  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE', utf16],
    ['UTF-16 LE with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 BE', Buffer.from(utf16).swap16()],
    ['UTF-16 BE with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('in %s', (_what, bytes) => expect(decodeJson(bytes)).toBe(text))

  test('halves of characters stay what they are', () => {
    expect(decodeJson(Buffer.from([0x22, 0xc3, 0xa9, 0xed, 0xbf, 0xbf, 0xed, 0xa0, 0x80, 0x22]))).toBe(
      '"é\\udfff\\ud800"',
    )
    expect(decodeJson(Buffer.from('"\ud800"', 'utf16le'))).toBe('"\\ud800"')
  })

  test.each([
    ['Latin-1', Buffer.from('{"a":"é"}', 'latin1'), 'not UTF-8: byte 6 is 0xe9 (is it Latin-1?'],
    ['a character that is cut', Buffer.from([0x22, 0xe2, 0x82]), 'not UTF-8: byte 1 is 0xe2'],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'not UTF-8: byte 1 is 0xc0'],
    ['UTF-16 that is cut', utf16.subarray(0, -1), 'ends in the middle of a character'],
    ['UTF-32', Buffer.from('7b0000007d000000', 'hex'), 'UTF-32'],
    ['UTF-32 BE', Buffer.from('0000feff0000007b', 'hex'), 'UTF-32'],
  ])('%s is refused', (_what, bytes, message) => expect(() => decodeJson(bytes)).toThrow(message))
})
