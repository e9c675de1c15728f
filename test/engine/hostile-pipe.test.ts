import { expect, test } from 'vitest'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { unpack } from '../../dist/format/bloscpack/unpack.js'
import { BlpkError, BytesPlainSink, compress, MemorySink } from '../../dist/index.js'

/** Reads an archive from a pipe, which does not tell how long it is. */
async function failure(bytes: Uint8Array): Promise<unknown> {
  try {
    const archive = await openArchive([bytes])
    await unpack(archive, new BytesPlainSink(new MemorySink()))
  } catch (error) {
    return error
  }
  return undefined
}

async function archiveWith(change: (view: DataView) => void): Promise<Uint8Array> {
  const bytes = await compress(new Uint8Array(1000).fill(7), { metadata: '{"a": 1}' })
  change(new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
  return bytes
}

async function expectDamage(bytes: Uint8Array): Promise<void> {
  const before = process.memoryUsage().rss
  const error = await failure(bytes)
  expect(error).toBeInstanceOf(BlpkError)
  expect(['DAMAGED', 'UNSUPPORTED']).toContain((error as BlpkError).code)
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20)
}

test('a pipe that claims 4 GiB of room for metadata is damage, not memory', async () => {
  await expectDamage(await archiveWith((view) => view.setUint32(32 + 16, 2 ** 32 - 1, true)))
})

test('a pipe that claims 4 GiB of stored metadata is refused', async () => {
  const lie = (view: DataView): void => {
    view.setUint8(32 + 10, 1)
    view.setUint32(32 + 16, 2 ** 32 - 1, true)
    view.setUint32(32 + 20, 2 ** 32 - 1, true)
  }
  await expectDamage(await archiveWith(lie))
})

test('a pipe that claims 2^50 chunks is damage, not memory', async () => {
  const lie = (view: DataView): void => {
    view.setBigInt64(16, 2n ** 50n - 1n, true)
    view.setBigInt64(24, 0n, true)
  }
  await expectDamage(await archiveWith(lie))
})
