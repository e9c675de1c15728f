import { expect, test } from 'vitest'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { compress, decompress, MemorySource } from '../../dist/index.js'

const plain = new Uint8Array(5000).map((_, i) => i)

test.each(['none', 'NONE', 'CRC32', 'sha256'])('checksums are taken in any case: %s', async (name) => {
  const packed = await compress(plain, { checksum: name as 'None' })
  const archive = await openArchive(new MemorySource(packed))
  expect(archive.header.checksum.toLowerCase()).toBe(name.toLowerCase())
  expect(await decompress(packed)).toEqual(plain)
})

test.each([
  [{ checksum: 'crc' }, "unknown checksum 'crc'"],
  [{ codec: 'brotli' }, "unknown codec 'brotli'"],
  [{ shuffle: 'bytes' }, "unknown shuffle 'bytes'"],
  [{ level: 10 }, 'the level must be a whole number from 0 to 9, not 10'],
  [{ typesize: 0.5 }, 'the typesize must be'],
  [{ chunkSize: 0 }, 'the chunk size must be'],
  [{ threads: 0 }, 'the number of threads must be'],
])('options of programs without types are checked: %j', async (options, message) => {
  const packing = compress(plain, options as never)
  await expect(packing).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) })
})
