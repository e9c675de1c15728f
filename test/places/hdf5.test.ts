// HDF5 files behind a web server: what is fetched of them.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { compress, open } from '../../dist/index.js'
import { noise } from '../cli/run.js'
import { sameBytes } from '../support/scratch.js'

const KIB = 1024
const MIB = 2 ** 20
const [ROWS, COLUMNS] = [4096, 8192]
const seen = { requests: 0, bytes: 0 }

/** 32 MiB that get half as small, in 64 chunks of 512 KiB in 16 blocks of 32 KiB. */
const DATA = new Uint8Array(noise(ROWS * COLUMNS)).map((byte, i) => ((i & 16) === 0 ? byte : 0))
const file = await compress(DATA, {
  format: 'h5',
  dtype: '|u1',
  shape: [ROWS, COLUMNS],
  chunks: [512, 1024],
  blocks: [128, 256],
  codec: 'lz4',
  filters: [],
})
/** About what one block takes. */
const BLOCK = (1.05 * file.length) / 1024

/** Answers ranges, and counts. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const from = Number(first)
  const to = Math.min(last === '' ? file.length : Number(last) + 1, file.length)
  const isHead = request.method === 'HEAD'
  seen.requests++
  seen.bytes += isHead ? 0 : to - from
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    'content-length': to - from,
    'content-range': `bytes ${from}-${to - 1}/${file.length}`,
    'accept-ranges': 'bytes',
    etag: '"1"',
  })
  response.end(isHead ? undefined : file.subarray(from, to))
}

const server = createServer(answer)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.h5`

async function cost<T>(action: () => Promise<T>): Promise<{ result: T; requests: number; bytes: number }> {
  Object.assign(seen, { requests: 0, bytes: 0 })
  return { result: await action(), ...seen }
}

const rowOf = (row: number): Uint8Array => DATA.subarray(row * COLUMNS, (row + 1) * COLUMNS)

test('a slice fetches the index once and the blocks that it touches, the next one blocks alone', async () => {
  const opened = await cost(() => open(`${url}::/data`))
  expect(opened.bytes).toBeLessThan(512 * KIB)
  const data = opened.result
  // A row touches 32 blocks in 8 chunks: of each its start, and four blocks that are neighbours.
  const first = await cost(() => data.slice([1000]))
  expect(sameBytes(first.result.data, rowOf(1000))).toBe(true)
  expect(first.bytes).toBeLessThan(32 * BLOCK + 64 * KIB)
  const next = await cost(() => data.slice([1001]))
  expect(sameBytes(next.result.data, rowOf(1001))).toBe(true)
  expect(next.bytes).toBeLessThan(32 * BLOCK)
  const item = await cost(() => data.slice([1002, 8000]))
  expect(item.result.data).toEqual(rowOf(1002).slice(8000, 8001))
  expect(item.bytes).toBeLessThan(2 * BLOCK)
  await data.close()
})

test('all of it is fetched once', async () => {
  const all = await cost(async () => {
    const data = await open(`${url}::/data`)
    const { data: bytes } = await data.slice()
    await data.close()
    return bytes
  })
  expect(sameBytes(all.result, DATA)).toBe(true)
  expect(all.bytes).toBeLessThan(1.1 * file.length + MIB)
})
