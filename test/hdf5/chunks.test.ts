import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { axisRange, type Pick1 } from '../../dist/array/picks.js'
import type { ByteSource } from '../../dist/bytes/byte-source.js'
import { BlpkError } from '../../dist/core/errors.js'
import { readChunkTable } from '../../dist/format/hdf5/chunk-index/index.js'
import type { ChunkTable } from '../../dist/format/hdf5/model.js'
import { readPipedPicks } from '../../dist/format/hdf5/read/piped-chunks.js'
import type { PipedDataset } from '../../dist/format/hdf5/read/piped-task.js'
import { openFile } from '../../dist/format/hdf5/structure/tree.js'

const FOLDER = join(import.meta.dirname, '../fixtures/h5/chunks')

interface Entry {
  path: string
  dataset: string
  shape: number[]
  sha256: string
}

const { datasets } = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as { datasets: Entry[] }
const files = new Map(['earliest.h5', 'latest.h5'].map((name) => [name, readFileSync(join(FOLDER, name))]))

function memory(bytes: Uint8Array): ByteSource {
  return {
    name: 'memory',
    size: bytes.length,
    seekable: true,
    read: (position, into) => {
      const found = bytes.subarray(position, position + into.length)
      into.set(found)
      return found.length
    },
    close: () => {},
  }
}

async function open(source: ByteSource, path: string): Promise<PipedDataset> {
  const file = await openFile(source)
  const { object } = await file.resolve(path)
  if (object.kind !== 'dataset' || object.layout.kind !== 'chunked') throw new Error('not chunked')
  const { space, layout, filters, fill } = object
  const { chunkShape, index, plainEdges } = layout
  const itemBytes = object.type.itemsize
  const hasFilters = filters.length > 0
  const table = await readChunkTable(file.bytes, { space, chunkShape, itemBytes, index, hasFilters })
  return { source, table, shape: space.shape, chunkShape, itemBytes, filters, plainEdges, fill }
}

async function read(d: PipedDataset, keys: readonly Pick1[] = [], isDirty = false): Promise<Uint8Array> {
  const ranges = d.shape.map((extent, axis) => axisRange(keys[axis], extent))
  const out = new Uint8Array(ranges.reduce((size, { count }) => size * count, d.itemBytes))
  if (isDirty) out.fill(0xaa)
  await readPipedPicks(d, ranges, { out, isDirty })
  return out
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const fileOf = (name: string): Uint8Array => files.get(name) ?? new Uint8Array()
const readable = datasets.filter(({ dataset }) => !dataset.includes('scale-offset'))

describe('chunks of HDF5', () => {
  test.each(readable)('$path $dataset', async ({ path, dataset, sha256: expected }) => {
    const d = await open(memory(fileOf(path)), dataset)
    expect(sha256(await read(d, [], true))).toBe(expected)
  })

  test('are read by threads themselves where there is a file', async () => {
    const fd = openSync(join(FOLDER, 'latest.h5'), 'r')
    try {
      const source = { ...memory(fileOf('latest.h5')), fd }
      for (const { dataset, sha256: expected } of readable.filter(({ path }) => path === 'latest.h5'))
        expect(sha256(await read(await open(source, dataset)))).toBe(expected)
    } finally {
      closeSync(fd)
    }
  })

  test('give the items that keys select', async () => {
    const d = await open(memory(fileOf('latest.h5')), '/indexes/gzip-shuffle-1')
    const whole = await read(d)
    const [rows = [], columns = []] = [
      [23, 0, 9],
      [20, 17, 14, 11, 8, 5, 2],
    ]
    const expected = rows.flatMap((row) =>
      columns.flatMap((column) => [...whole.subarray((row * 22 + column) * 2, (row * 22 + column + 1) * 2)]),
    )
    expect([...(await read(d, [rows, { start: 20, step: -3 }]))]).toEqual(expected)
  })

  test('with a filter that cannot be undone name it', async () => {
    const d = await open(memory(fileOf('latest.h5')), '/filters/scale-offset')
    await expect(read(d)).rejects.toMatchObject({ code: 'UNSUPPORTED', message: /scale-offset \(6\)/ })
  })
})

/** The position of a chunk's first byte. */
function firstOf(table: ChunkTable, chunk: number): number {
  return table.get(chunk)?.address ?? 0
}

describe('damaged chunks of HDF5', () => {
  test('do not match their checksum', async () => {
    const bytes = fileOf('latest.h5').slice()
    const at = firstOf((await open(memory(bytes), '/filters/shuffle-fletcher')).table, 4)
    bytes[at + 9] = (bytes[at + 9] ?? 0) ^ 1
    const d = await open(memory(bytes), '/filters/shuffle-fletcher')
    await expect(read(d)).rejects.toMatchObject({ code: 'CHECKSUM', place: { chunk: 4 } })
    await expect(read(d, [{ stop: 10 }])).resolves.toHaveLength(10 * 31 * 4)
  })

  test.each(readable.filter(({ dataset }) => dataset.startsWith('/filters')))(
    'end in an error: $path $dataset',
    async ({ path, dataset }) => {
      const { table, ...d } = await open(memory(fileOf(path)), dataset)
      for (let i = 0; i < 40; i++) {
        const bytes = fileOf(path).slice()
        const { address = 0, cbytes = 0 } = table.get(1) ?? {}
        const at = address + ((i * 7919) % cbytes)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8))
        const error = await read({ ...d, table, source: memory(bytes) }).catch((thrown: unknown) => thrown)
        if (!(error instanceof Uint8Array)) expect(error).toBeInstanceOf(BlpkError)
      }
    },
  )

  test('that share bytes or lie outside the file leave the others readable', async () => {
    const bytes = fileOf('earliest.h5')
    const d = await open(memory(bytes.subarray(0, bytes.length)), '/filters/none')
    const marked = new Map(d.table)
    marked.set(0, { address: bytes.length, cbytes: 1, mask: 0, damage: 'the chunk is elsewhere' })
    await expect(read({ ...d, table: marked })).rejects.toMatchObject({
      code: 'DAMAGED',
      place: { chunk: 0 },
    })
    await expect(read({ ...d, table: marked }, [{ start: 10 }])).resolves.toHaveLength(13 * 31 * 4)
  })
})

test('the fill value of items that are small arrays is one of them', async () => {
  const d: PipedDataset = {
    source: memory(new Uint8Array(8)),
    table: new Map(),
    shape: [5, 3],
    chunkShape: [2, 3],
    itemBytes: 1,
    filters: [],
    plainEdges: false,
    fill: Uint8Array.of(7, 8, 9),
  }
  expect([...(await read(d, [{ start: 1, stop: 4 }], true))]).toEqual([7, 8, 9, 7, 8, 9, 7, 8, 9])
  expect([...(await read(d, [2, { start: 1, stop: 3 }]))]).toEqual([8, 9])
})
