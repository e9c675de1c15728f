// What lies in shared memory is packed from there by the threads, and gives the same bytes.
import { expect, it } from 'vitest'
import { ArrayValue, packTensor } from '../../dist/index.js'

const CHUNK = 2 ** 18
const ITEMS = 20 * (CHUNK / 4) + 5

/** Chunks that repeat an item, some that do not get smaller, and others; at an address that is no multiple of 8. */
function fill(items: Uint32Array): Uint32Array {
  let state = 1
  for (let i = 0; i < items.length; i++) {
    const chunk = Math.floor((4 * i) / CHUNK)
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    items[i] = chunk % 3 === 0 ? 7 : chunk % 3 === 1 ? state : i
  }
  return items
}

/** A codec that counts as slow, so that threads are started. */
it.each([1, 3])('with %i threads', async (threads) => {
  let workers = 0
  const count = (): void => void workers++
  process.on('worker', count)
  const options = { codec: 'lz4hc', level: 1, threads, chunksize: CHUNK } as const
  const shared = fill(new Uint32Array(new SharedArrayBuffer(4 * ITEMS + 4), 4, ITEMS))
  const before = shared.slice()
  const packed = await packTensor(ArrayValue.from(shared), options)
  process.off('worker', count)
  expect(workers > 0).toBe(threads > 1)
  expect(
    Buffer.compare(packed, await packTensor(ArrayValue.from(fill(new Uint32Array(ITEMS))), options)),
  ).toBe(0)
  expect(shared.every((item, i) => item === before[i])).toBe(true)
})
