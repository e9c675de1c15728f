import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { planFrameRecovery } from '../../dist/format/blosc2/damage/recover.js'
import { writeRecoveredFrame } from '../../dist/format/blosc2/damage/repair.js'
import { writeSalvagedFrame } from '../../dist/format/blosc2/damage/salvage.js'
import { verifyFrame } from '../../dist/format/blosc2/damage/verify.js'
import { sealTrailer } from '../../dist/format/chunks/checksums.js'
import {
  BytesPlainSink,
  MemorySink,
  MemorySource,
  NDArray,
  type PlainSink,
  SChunk,
} from '../../dist/index.js'
import { scratchDirectory } from '../support/scratch.js'

/** A sink that counts how often it is written to. */
function countedSink(): [MemorySink, PlainSink & { writes: number }] {
  const sink = new MemorySink()
  const plain = new BytesPlainSink(sink)
  const counted = {
    writes: 0,
    write(bytes: Uint8Array) {
      counted.writes++
      return plain.write(bytes)
    },
    finish: () => plain.finish(),
    abort: () => plain.abort(),
  }
  return [sink, counted]
}

/** A frame that the fuzzer found. */
function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64')
}

test('checksums that name 2^44 chunks are refused, not counted up', async () => {
  const s = await SChunk.create(
    { typesize: 1, chunkSize: 100, level: 0 },
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

test('an array whose plain size ends within a chunk is damaged, as reading it says', async () => {
  const array = await NDArray.nans([23, 31], '<f4', {
    chunks: [10, 12],
    blocks: [4, 5],
    checksum: 'none',
  })
  const frame = await array.toCframe()
  const view = new DataView(frame.buffer, frame.byteOffset)
  expect(view.getBigUint64(0x1e)).toBe(6480n)
  view.setBigUint64(0x1e, 6427n)
  await expect(NDArray.open(frame)).rejects.toThrow('the frame has 6427 bytes')
  const { ok, findings } = await verifyFrame(new MemorySource(frame))
  expect(ok).toBe(false)
  expect(findings[0]?.message).toContain('wrong about the plain size: it says 6427, but it is 6480')
  const recovery = await planFrameRecovery(new MemorySource(frame))
  const sink = new MemorySink()
  await writeRecoveredFrame(recovery, sink)
  expect((await NDArray.open(sink.bytes)).shape).toEqual([23, 31])
})

test('a last chunk of NaNs that ends within an item is damaged, as reading it says', async () => {
  const s = await SChunk.create({ typesize: 4, chunkSize: 4000, checksum: 'none' })
  await s.fillSpecial(2500, 'nans')
  const frame = await s.toCframe()
  const view = new DataView(frame.buffer, frame.byteOffset)
  expect(view.getBigUint64(0x1e)).toBe(10_000n)
  view.setBigUint64(0x1e, 10_041n)
  await expect((await SChunk.open(frame)).bytes()).rejects.toThrow('not a multiple of its typesize 4')
  const { ok, findings } = await verifyFrame(new MemorySource(frame))
  expect([ok, findings[0]?.message]).toEqual([false, expect.stringContaining('chunk 2')])
  const recovery = await planFrameRecovery(new MemorySource(frame))
  expect([recovery.report.kept, recovery.report.lost]).toEqual([2, 1])
})

test('half a million chunks that 235 bytes claim are salvaged before anybody gives up', async () => {
  // A header that says 16 MiB in chunks of 31 bytes, of which one is there; found by the fuzzer.
  const frame = fromBase64(
    'nqhiMmZyYW1lANIAAABhzwAAAAAAAADrpBIAUQPTAAAAAAEAAB/TAAAAAAAAAD/SAAAAAdIAAAAA0gAAAB/RAAHRAAHC2AYAAAAAAAEBAAAAAAAA' +
      'AAAAk80AB94AANwAAAUBBwEfAAAAHwAAAD8AAAAAAAAAAAEBAAAAAAAAAAAAc2h1ZmZsZSA1MzIgZ2FtbWEgNDIxIGFscGhhIDMwOQBRA9MIAAAA' +
      'CAAAACgAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAACUAZPNAAbeAADcAADOAAAAI9gAAAAAAAAAAAAAAAAAAAAAAA==',
  )
  const recovery = await planFrameRecovery(new MemorySource(frame), { fill: 'zeros' })
  // Neither objects nor writes are as many as chunks.
  expect(new Set(recovery.survey.chunks.chunks).size).toBe(2)
  expect(new Set(recovery.chunks.entries).size).toBe(2)
  const [sink, counted] = countedSink()
  await writeSalvagedFrame(recovery, counted)
  expect(recovery.report.lost).toBe(541201)
  expect(sink.bytes.length).toBe(2 ** 24 + 31)
  expect(counted.writes).toBeLessThan(6)
}, 5000)

test('the zeros of an array that a few bytes claim are not looked at chunk by chunk', async () => {
  const rows = 20_000
  const cut = { chunks: [1, 2], blocks: [1, 2], checksum: 'none' } as const
  const array = await NDArray.zeros([rows, 2], '<i4', cut)
  await array.set([{ start: 7000, stop: 7001 }], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
  const { data: plain } = await array.slice()
  const recovery = await planFrameRecovery(new MemorySource(await array.toCframe()))
  const find = vi.spyOn(recovery.chunks, 'find')
  const [sink, counted] = countedSink()
  await writeSalvagedFrame(recovery, counted)
  expect(Buffer.compare(sink.bytes, plain)).toBe(0)
  expect([find.mock.calls, counted.writes]).toEqual([[[7000]], 5])
})

describe('special chunks that follow each other are salvaged as they are read', () => {
  const sizes = { 'small chunks': 12, 'chunks that are written one by one': 9 * 2 ** 20 }
  for (const [name, chunkSize] of Object.entries(sizes)) {
    test(name, async () => {
      const s = await SChunk.create({ typesize: 4, chunkSize, checksum: 'none' })
      await s.fillSpecial((5 * chunkSize) / 4 + 1, 'nans')
      await s.set(chunkSize / 2, new Uint8Array(2 * chunkSize))
      const recovery = await planFrameRecovery(new MemorySource(await s.toCframe()))
      const sink = new MemorySink()
      await writeSalvagedFrame(recovery, new BytesPlainSink(sink))
      const kinds = recovery.survey.chunks.chunks.map((chunk) =>
        'special' in chunk ? chunk.special : 'stored',
      )
      expect(kinds).toEqual(['nans', 'nans', 'zeros', 'zeros', 'nans', 'nans'])
      expect(Buffer.compare(sink.bytes, await s.bytes())).toBe(0)
    })
  }
})

test('an index of 172 bytes that names 720899 chunks of NaNs does not fill the memory', () => {
  const frame = fromBase64(
    'nqhiMmZyYW1lANIAAABhzwAAAAAAAACspBIAUQPTAAAAAAAATiDTAAAYAAEAAADSAAAACNIAAB9A0gAAH0DRAAHRAAHC2AYAAAAAAAEBAAAAAAAA' +
      'AAAAk80AB94AANwAAAUBBQgYAFgAGAAAACgAAAAAAAAAAAAAAAAAAAAAAAAwAAAAAAAAAIKUAZPNAAbeAADcAADOAAAAI9gAAAAAAAAAAAAAAAAA' +
      'AAAAAA==',
  )
  const path = join(scratchDirectory(), 'nans.b2frame')
  writeFileSync(path, frame)
  const argv = ['--max-old-space-size=128', 'bin/blpk.js', 'verify', path]
  const { status, stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  expect([status, stdout]).toEqual([3, expect.stringContaining('chunks 0 to 720898: the chunk is all NaN')])
})

test('an index that names places far behind the end of the file is damage', async () => {
  const frame = fromBase64(
    'nqhiMmZyYW1lANIAAABhzwAAAAAAAAC8pBIAVAPTAAAAAAABEXDTAAAAAAAAAADSAAAA29IAAAAA0gAAgADRAAHRAAHC2AYA' +
      'AAAAAAEEAAAAAAAAAAAAk80AB94AANwAAAUBBwgYAAAAGAAAADgAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAIEAAAAAAAEA' +
      'AAAAAAAAAAAAAAAAAQAAAIEAAAAAAAAAgQAAAAAAAACBlAGTzQAG3gAA3AA=',
  )
  const { ok, findings } = await verifyFrame(new MemorySource(frame))
  expect([ok, findings.length > 0]).toEqual([false, true])
})

test('small chunks by the thousand come back in order', async () => {
  const plain = new Uint8Array(31 * 3000 + 7).map((_, i) => i * 7)
  const s = await SChunk.create({ typesize: 1, chunkSize: 31, level: 0 }, plain)
  const path = join(scratchDirectory(), 'small.b2frame')
  await s.save(path)
  const { status, stdout } = spawnSync(process.execPath, ['bin/blpk.js', 'd', path, '-'])
  expect([status, stdout.equals(plain)]).toEqual([0, true])
})
