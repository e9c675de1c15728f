import { expect, test } from 'vitest'
import { sealTrailer } from '../../dist/engine/blosc2/checksums.js'
import {
  MemorySink,
  MemorySource,
  planFrameRecovery,
  SChunk,
  verifyFrame,
  writeRecoveredFrame,
} from '../../dist/index.js'

test('checksums that name 2^44 chunks are refused, not counted up', async () => {
  const s = await SChunk.create(
    { typesize: 1, chunksize: 100, level: 0 },
    new Uint8Array(300).map((_, i) => i),
  )
  const frame = await s.toCframe()
  const digestsAt = frame.length - 23 - 3 * 8
  const view = new DataView(frame.buffer, frame.byteOffset)
  const headerBytes = view.getUint32(11)
  // One run of stored chunks becomes one of zeros, and there are no digests.
  expect(view.getBigUint64(digestsAt - 8, true)).toBe(3n)
  view.setBigUint64(digestsAt - 8, 3n + (0x81n << 56n) + 2n ** 44n, true)
  const countAt = digestsAt - 8 - headerBytes - 4
  expect(view.getUint32(countAt, true)).toBe(3)
  const trailerAt = frame.length - view.getUint32(frame.length - 22)
  const indexAt = headerBytes + 3 * 132
  const index = frame.subarray(indexAt, trailerAt)
  await sealTrailer({ header: frame.subarray(0, headerBytes), index, trailer: frame.subarray(trailerAt) })
  await expect(SChunk.open(frame)).rejects.toThrow('the checksums of the frame are')
  expect((await verifyFrame(new MemorySource(frame))).ok).toBe(false)
  const recovery = await planFrameRecovery(new MemorySource(frame))
  const sink = new MemorySink()
  await writeRecoveredFrame(recovery, sink)
  expect([recovery.report.kept, (await verifyFrame(new MemorySource(sink.bytes))).ok]).toEqual([3, true])
})
