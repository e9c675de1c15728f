// A read that was given up writes nothing more into the memory of its caller.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ArrayValue, compress, MemorySource, open } from '../../dist/index.js'

/** Time for all that might still be read. */
const REST = 400

/** A source that takes its time. */
class SlowSource extends MemorySource {
  pause = 0

  override read(position: number, into: Uint8Array): never {
    const got = sleep(this.pause).then(() => super.read(position, into))
    return got as never
  }
}

const items = Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i))
const array = ArrayValue.from(items, [400, 1000])

test.each([
  ['blp', 'bytes'],
  ['b2frame', 'bytes'],
  ['b2nd', 'bytes'],
  ['b2frame', 'slice'],
  ['b2nd', 'slice'],
])('%s: %s', async (format, how) => {
  const packed = await compress(array, { format, ...(format !== 'b2nd' && { chunkSize: 100_000 }) })
  const source = new SlowSource(packed)
  await using data = await open(source)
  source.pause = 10
  const stop = new AbortController()
  const out = new Uint8Array(array.data.length).fill(7)
  const into = { out, signal: stop.signal }
  const reading = how === 'bytes' ? data.bytes(0, undefined, into) : data.slice([{ start: 1 }], into)
  setTimeout(() => stop.abort(), 15)
  const code = await reading.then(
    () => 'read',
    (error) => error.code,
  )
  const left = out.slice()
  await sleep(REST)
  expect(Buffer.compare(out, left)).toBe(0)
  if (how === 'bytes' && format !== 'b2nd') expect(code).toBe('INTERRUPTED')
})
