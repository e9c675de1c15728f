import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadTensor, NDArray, SChunk, saveTensor } from '../../dist/index.js'
import { noise } from '../cli/run.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const scratch = scratchDirectory()
const KIB = 1024
const MIB = 2 ** 20
const files = new Map<string, Uint8Array>()
const seen = { requests: 0, bytes: 0 }

/** Answers ranges, and counts. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const bytes = files.get(request.url ?? '')
  if (bytes === undefined) {
    response.writeHead(404).end()
    return
  }
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const from = Number(first)
  const to = Math.min(last === '' ? bytes.length : Number(last) + 1, bytes.length)
  seen.requests++
  seen.bytes += request.method === 'HEAD' ? 0 : to - from
  const isPart = request.headers.range !== undefined
  response.writeHead(isPart ? 206 : 200, {
    'content-length': to - from,
    'accept-ranges': 'bytes',
    etag: '"1"',
    ...(isPart && { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` }),
  })
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from, to))
}

const server = createServer(answer)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function cost<T>(action: () => Promise<T>): Promise<{ result: T; requests: number; bytes: number }> {
  Object.assign(seen, { requests: 0, bytes: 0 })
  return { result: await action(), ...seen }
}

/** 32 MiB that get half as small, in 64 chunks of 512 KiB in 16 blocks of 32 KiB. */
const DATA = new Uint8Array(noise(32 * MIB)).map((byte, i) => ((i & 16) === 0 ? byte : 0))
const grid = await NDArray.fromTypedArray(
  { dtype: '|u1', shape: [4096, 8192], order: 'C', data: DATA },
  { chunks: [512, 1024], blocks: [128, 256], codec: 'lz4', filters: [] },
)
files.set('/grid.b2nd', await grid.toCframe())
/** About what one of its blocks takes. */
const BLOCK = (1.05 * (await grid.toCframe()).length) / 1024
const list = await SChunk.create(
  { typesize: 8, chunkSize: MIB, blockSize: 32 * KIB, codec: 'lz4', filters: [] },
  DATA,
)
files.set('/list.b2frame', await list.toCframe())

describe('frames behind a web server', () => {
  test('a slice fetches the blocks that it touches', async () => {
    const opened = await cost(() => NDArray.open(`${base}/grid.b2nd`))
    expect(opened.bytes).toBeLessThan(512 * KIB)
    expect(opened.requests).toBeLessThanOrEqual(5)
    const array = opened.result
    const item = await cost(() => array.slice([4000, 8000]))
    expect(item.result.data).toEqual(DATA.slice(4000 * 8192 + 8000, 4000 * 8192 + 8001))
    expect(item.bytes).toBeLessThanOrEqual(80 * KIB)
    expect(item.requests).toBeLessThanOrEqual(3)
    expect(array.schunk.decoded).toEqual({ chunks: 1, blocks: 1 })
    // A row of the grid touches 32 blocks in 8 chunks: of each their start, and four blocks that are neighbours.
    const row = await cost(() => array.slice([1000]))
    expect(sameBytes(row.result.data, DATA.subarray(1000 * 8192, 1001 * 8192))).toBe(true)
    expect(array.schunk.decoded).toEqual({ chunks: 1 + 8, blocks: 1 + 32 })
    expect(row.bytes).toBeLessThan(8 * 4 * KIB + 32 * BLOCK)
    expect(row.requests).toBeLessThanOrEqual(16)
    // The starts of the chunks are known now.
    const next = await cost(() => array.slice([1001]))
    expect(sameBytes(next.result.data, DATA.subarray(1001 * 8192, 1002 * 8192))).toBe(true)
    expect(next.bytes).toBeLessThan(32 * BLOCK)
    expect(next.requests).toBeLessThanOrEqual(8)
    await array.close()
  })

  test('nothing is fetched twice: all of it, a column, and slices at the same time', async () => {
    const size = files.get('/grid.b2nd')?.length ?? 0
    const array = await NDArray.open(`${base}/grid.b2nd`)
    const all = await cost(() => array.slice())
    expect(sameBytes(all.result.data, DATA)).toBe(true)
    expect(all.bytes).toBeLessThan(1.05 * size)
    // Single blocks of 32 KiB that lie apart: 32 of them in 8 chunks.
    const column = await cost(() => array.slice([{}, 5000]))
    expect(Buffer.from(column.result.data)).toEqual(
      Buffer.from(Array.from({ length: 4096 }, (_, i) => DATA[i * 8192 + 5000] ?? 0)),
    )
    expect(column.bytes).toBeLessThan(32 * BLOCK)
    const rows = [7, 700, 1700, 2700, 3700]
    const both = await cost(() => Promise.all(rows.map((row) => array.slice([row]))))
    for (const [i, row] of rows.entries())
      expect(sameBytes(both.result[i]?.data ?? noise(1), DATA.subarray(row * 8192, (row + 1) * 8192))).toBe(
        true,
      )
    expect(both.bytes).toBeLessThan(5 * 32 * BLOCK)
    await array.close()
  })

  test('items of a super-chunk come from the blocks that hold them', async () => {
    const s = await SChunk.open(`${base}/list.b2frame`)
    const part = await cost(() => s.slice(2_000_000, 2_000_010))
    expect(sameBytes(part.result, DATA.subarray(16_000_000, 16_000_080))).toBe(true)
    expect(part.bytes).toBeLessThanOrEqual(128 * KIB)
    expect(s.decoded).toEqual({ chunks: 1, blocks: 1 })
    await s.close()
  })

  test('one inside another file', async () => {
    const frame = files.get('/grid.b2nd') ?? new Uint8Array()
    files.set('/inside.bin', Buffer.concat([noise(12_345), frame, noise(999)]))
    const array = await NDArray.open(`${base}/inside.bin`, { offset: 12_345 })
    const item = await cost(() => array.slice([17, { start: 8190 }]))
    expect(item.result.data).toEqual(DATA.slice(18 * 8192 - 2, 18 * 8192))
    expect(item.bytes).toBeLessThanOrEqual(80 * KIB)
    await array.close()
    const path = join(scratch, 'inside.bin')
    writeFileSync(path, files.get('/inside.bin') ?? '')
    const local = await NDArray.open(path, { offset: 12_345 })
    expect(
      sameBytes((await local.slice([{ step: 100 }])).data, (await grid.slice([{ step: 100 }])).data),
    ).toBe(true)
    await local.close()
  })

  test('tensors, .npy files, and what is not there', async () => {
    const numbers = Float32Array.from({ length: 1000 }, (_, i) => i / 3)
    const path = join(scratch, 'tensor.b2frame')
    await saveTensor(numbers, path)
    files.set('/tensor.b2frame', readFileSync(path))
    expect((await loadTensor(`${base}/tensor.b2frame`)).values).toEqual(numbers)
    files.set('/a.npy', await grid.toNpy())
    const array = await NDArray.fromNpy(`${base}/a.npy`, { chunks: [512, 8192], codec: 'lz4', level: 1 })
    expect(sameBytes((await array.slice([4095])).data, DATA.subarray(4095 * 8192))).toBe(true)
    await expect(SChunk.open(`${base}/nothing`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(grid.save(`${base}/x`)).rejects.toMatchObject({ code: 'USAGE' })
  })
})
