import { expect, test } from 'vitest'
import { displayWidth, shorten } from '../../dist/cli/view/display-width.js'
import { factsOf } from '../../dist/cli/view/progress-facts.js'
import { progressLine } from '../../dist/cli/view/progress-line.js'

const STYLE = { mark: '…', bar: (_part: number, columns: number) => '#'.repeat(columns) }
const HALF = factsOf({ plain: 500 * 2 ** 20, packed: 250 * 2 ** 20, total: 1000 * 2 ** 20 }, 10)

test.each<[number, string]>([
  [100, `${'#'.repeat(24)} 50% | 500.0M of 1000.0M | 50.0M/s | ratio 2.00 | 10 s left`],
  [77, `${'#'.repeat(18)} 50% | 500.0M of 1000.0M | 50.0M/s | ratio 2.00 | 10 s left`],
  [60, `${'#'.repeat(14)} 50% | 500.0M of 1000.0M | 50.0M/s | 10 s left`],
  [37, '50% | 500.0M of 1000.0M | 10 s left'],
  [17, '50% | 10 s left'],
  [6, '50%'],
  [1, '5'],
])('in %i columns', (columns, line) => {
  expect(progressLine(HALF, columns, STYLE)).toBe(line)
})

test('a line never takes more than there is, whatever the numbers', () => {
  const sizes = [0, 1, 1023, 2 ** 30 - 1, 2 ** 42, Number.MAX_SAFE_INTEGER]
  for (const plain of sizes)
    for (const packed of sizes)
      for (const total of [undefined, ...sizes])
        for (const seconds of [0, 0.1, 99_999])
          for (const label of [undefined, 'a', '資料'.repeat(50), 'é'.repeat(300)])
            for (let columns = 1; columns < 90; columns += 7) {
              const facts = factsOf({ plain, packed, ...(total !== undefined && { total }) }, seconds)
              expect(displayWidth(progressLine(facts, columns, STYLE, label))).toBeLessThanOrEqual(columns)
            }
})

test.each<[string, number]>([
  ['abc', 3],
  ['資料', 4],
  ['ｆｕｌｌ', 8],
  ['한국어', 6],
  ['e\u0301', 1],
  ['🎉', 2],
  ['ｱ', 1],
])('%s takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns)
})

test.each<[string, number, string]>([
  ['measurements.npy.blp', 20, 'measurements.npy.blp'],
  ['measurements.npy.blp', 11, 'measu…y.blp'],
  ['資料資料資料.blp', 11, '資料資….blp'],
  ['資料資料資料.blp', 1, ''],
  ['abc', 1, 'a'],
])('%s in %i columns is %s', (text, columns, short) => {
  const result = shorten(text, columns, '…')
  expect(displayWidth(result)).toBeLessThanOrEqual(columns)
  if (columns > 1) expect(result).toBe(short)
})
