import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planRecovery } from '../../dist/format/bloscpack/damage/recover.js'
import { writeRecovered } from '../../dist/format/bloscpack/damage/repair.js'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import { append, BytesPlainSource, compress, decompress, MemorySink, MemorySource } from '../../dist/index.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'
import { join as bytesOf, digested, header, stored } from './build.js'

const directory = scratchDirectory()

test('an append to an archive with garbage in its room for offsets leaves a readable one', async () => {
  const plain = new Uint8Array(1000).fill(5)
  const archive = await compress(plain, { chunkSize: 400, maxAppChunks: 4, threads: 1, typesize: 1 })
  // Three offsets and the first unused one are right; readers look no further.
  archive.fill(0xaa, 32 + 4 * 8 + 8, 32 + 7 * 8)
  const path = join(directory, 'a.blp')
  writeFileSync(path, archive)
  await append(path, new BytesPlainSource(new MemorySource(plain)), { threads: 1 })
  const whole = await decompress(readFileSync(path), { threads: 1 })
  expect(sameBytes(whole, new Uint8Array(2000).fill(5))).toBe(true)
})

test('verify tells of garbage in the room for offsets', async () => {
  const archive = await compress(new Uint8Array(1000), { chunkSize: 400, maxAppChunks: 4, threads: 1 })
  archive[32 + 5 * 8] = 1
  const { ok, findings } = await verifyArchive(new MemorySource(archive))
  expect([ok, findings[0]?.message]).toEqual([true, 'the room for more offsets is not empty at byte 72'])
})

test('zeros are not put behind a last chunk that is shorter than the others', async () => {
  const chunks = [stored(1), stored(2), stored(3, 100)].map(digested)
  const archive = bytesOf(header({ nchunks: 2n ** 34n, lastChunk: 100, checksum: 2 }), ...chunks, [1, 2, 3])
  const sink = new MemorySink()
  const { report, ...recovery } = await planRecovery(new MemorySource(archive), { fill: 'zeros' })
  await writeRecovered({ report, ...recovery }, sink)
  expect([report.kept, report.filled, report.nbytes]).toEqual([3, 0, 2148])
  expect((await verifyArchive(new MemorySource(sink.bytes), { deep: true })).ok).toBe(true)
})

test('a damaged chunk is not taken for one of an archive without checksums', async () => {
  const bytes = bytesOf(header({ checksum: 2 }), digested(stored()))
  bytes[100] = 0
  await expect(planRecovery(new MemorySource(bytes))).rejects.toThrow('no chunk can be recovered')
})
