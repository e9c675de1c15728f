// Selections out of order go straight into the buffer of the caller: no other one of their size is made.

import { expect, test } from 'vitest'
import { ArrayValue, type AxisKey, compress, open } from '../../dist/index.js'

const [ROWS, COLUMNS] = [3000, 2000]
const items = Float64Array.from({ length: ROWS * COLUMNS }, (_, i) => i)
/** What readers hold for themselves, whatever is selected. */
const MOST_BYTES = 17 * 2 ** 20

const shuffled = Array.from({ length: ROWS }, (_, i) => (i * 1301) % ROWS)
const twice = [7, 3, 7, ...shuffled.slice(3)]
const KEYS: [name: string, keys: AxisKey[], row: (i: number) => number, column: (j: number) => number][] = [
  ['negative steps', [{ step: -1 }, { step: -1 }], (i) => ROWS - 1 - i, (j) => COLUMNS - 1 - j],
  ['a list', [shuffled], (i) => shuffled[i] ?? 0, (j) => j],
  ['a list with an index twice', [twice], (i) => twice[i] ?? 0, (j) => j],
]

/** The largest array of bytes that is made meanwhile. */
async function largestMade(work: () => Promise<void>): Promise<number> {
  const real = globalThis.Uint8Array
  let most = 0
  globalThis.Uint8Array = new Proxy(real, {
    construct(target, args, newTarget): object {
      if (typeof args[0] === 'number') most = Math.max(most, args[0])
      return Reflect.construct(target, args, newTarget === globalThis.Uint8Array ? target : newTarget)
    },
  })
  try {
    await work()
  } finally {
    globalThis.Uint8Array = real
  }
  return most
}

const array = ArrayValue.from(items, [ROWS, COLUMNS])
const turned = { shape: [COLUMNS, ROWS], dtype: '<f8', order: 'F' as const, data: array.data }

test.each(['blp', 'b2frame', 'b2nd'])('%s', async (format) => {
  await using data = await open(await compress(array, { format, level: 1 }))
  for (const [name, keys, row, column] of KEYS) {
    const out = new Float64Array(ROWS * COLUMNS + 5)
    const most = await largestMade(async () => {
      const { data: read } = await data.slice(keys, { out })
      expect(read.buffer).toBe(out.buffer)
    })
    expect([name, most]).toEqual([name, Math.min(most, MOST_BYTES)])
    const read = out.subarray(0, ROWS * COLUMNS)
    const wrong = read.findIndex(
      (value, i) => value !== row(Math.floor(i / COLUMNS)) * COLUMNS + column(i % COLUMNS),
    )
    expect([name, wrong]).toEqual([name, -1])
  }
})

test('Fortran order', async () => {
  await using data = await open(await compress(turned, { level: 1 }))
  const out = new Float64Array((COLUMNS - 1) * ROWS)
  const most = await largestMade(async () => void (await data.slice([{ start: 1 }], { out })))
  expect(most).toBeLessThan(MOST_BYTES)
  expect(out.findIndex((value, i) => value !== (i % ROWS) * COLUMNS + 1 + Math.floor(i / ROWS))).toBe(-1)
})
