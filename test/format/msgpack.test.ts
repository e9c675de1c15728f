import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packJson } from '../../src/format/frame/msgpack/from-json.js'
import { jsonOfMsgpack, valueOfMsgpack } from '../../src/format/frame/msgpack/to-json.js'

describe('JSON as msgpack and back', () => {
  test('whole numbers beyond 64 bits are floats where these are exact, and refused where not', () => {
    for (const text of ['-9223372036854776000', '100000000000000000000'])
      expect(jsonOfMsgpack(packJson(text))).toBe(`${text}.0`)
    expect(packJson('-9223372036854775808')[0]).toBe(0xd3)
    expect(() => packJson('100000000000000000001')).toThrow(/too large/)
  })

  test('any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        expect(JSON.parse(jsonOfMsgpack(packJson(text)))).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each([
    ['-1', 'ff'],
    ['127', '7f'],
    ['128', 'cc80'],
    ['-33', 'd0df'],
    ['65535', 'cdffff'],
    ['-32769', 'd2ffff7fff'],
    ['18446744073709551615', 'cfffffffffffffffff'],
    ['-9223372036854775808', 'd38000000000000000'],
    ['1.5', 'cb3ff8000000000000'],
    ['{"a":[null,true]}', '81a16192c0c3'],
  ])('%s has the shortest form', (json, hex) => {
    expect(Buffer.from(packJson(json)).toString('hex')).toBe(hex)
    expect(jsonOfMsgpack(Buffer.from(hex, 'hex'))).toBe(json)
  })

  test.each([
    '[NaN,Infinity,-Infinity,-0.0,1.0,1e+22,5e-324]',
    '{"$bytes":"AQI="}',
    '{"$bytes":""}',
    '[{"$ext":-1,"$bytes":"AAAAAQ=="},{"$ext":44,"$bytes":"AAAA"}]',
    '{"$bytes":"not base64"}',
    '{"$bytes":"AQI=","more":1}',
    '{"$ext":1}',
    '{"a":{},"b":[[],[{}]]}',
  ])('%s comes back as it was', (text) => expect(jsonOfMsgpack(packJson(text))).toBe(text))

  test('a value of JavaScript has wide integers as bigints', () => {
    expect(valueOfMsgpack(packJson('[9007199254740991,9007199254740993,NaN]'))).toEqual([
      9007199254740991,
      9007199254740993n,
      Number.NaN,
    ])
  })

  test('bytes and extensions have the forms of msgpack', () => {
    expect(Buffer.from(packJson(' { "$bytes" : "AQI=" } ')).toString('hex')).toBe('c4020102')
    expect(Buffer.from(packJson('{"$ext":-1,"$bytes":"AAAAAQ=="}')).toString('hex')).toBe('d6ff00000001')
    expect(Buffer.from(packJson('{"$ext":5,"$bytes":"AAAA"}')).toString('hex')).toBe('c70305000000')
  })

  test.each([
    ['1e400', /beyond the range of msgpack's 64-bit floats/],
    ['-1e-400', /beyond the range of msgpack's 64-bit floats/],
    ['"\\ud800"', /an unpaired surrogate/],
    ['[1,2', /ends early/],
    [`${'['.repeat(1024)}${']'.repeat(1024)}`, /nested more than 1023 deep/],
  ])('%s is refused, not changed', (text, message) => expect(() => packJson(text)).toThrow(message))

  test('megabytes of text, base64 and items do not run out of stack', () => {
    const text = `["${'x'.repeat(1e7)}",{"$bytes":"${'AAAA'.repeat(2e6)}"},[${'1,'.repeat(1e5)}1]]`
    expect(jsonOfMsgpack(packJson(text)) === text).toBe(true)
  })
})

describe('what JSON has not got', () => {
  test.each([
    ['c4020102', '{"$bytes":"AQI="}'],
    ['d6ff00000001', '{"$ext":-1,"$bytes":"AAAAAQ=="}'],
    ['ca7fc00000', 'NaN'],
    ['a3eda080', '"\\ud800"'],
    ['8101a161', '{"1":"a"}'],
  ])('%s', (hex, json) => expect(jsonOfMsgpack(Buffer.from(hex, 'hex'))).toBe(json))
})

describe('is refused in one error', () => {
  test.each([
    ['an unknown type', 'c1'],
    ['bytes end early', 'dbffffffff'],
    ['bytes after it', '0101'],
    ['not UTF-8', 'a1ff'],
    ['nested too deeply', '91'.repeat(100_001)],
    // As text in text in text, this would double with each of them.
    ['a map as a key', `${'81'.repeat(40)}a161${'01'.repeat(40)}`],
  ])('%s', (what, hex) => expect(() => jsonOfMsgpack(Buffer.from(hex, 'hex'))).toThrow(what))
})
