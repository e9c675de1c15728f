// Trees and tables that a block takes over from the one before (RFC 8878, sections 3.1.1.3.1.1 and 3.1.1.3.2.1).
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { Workspace } from '../../dist/kernels/workspace.js'

const libzstd = createRequire(import.meta.url)('@mongodb-js/zstd/bindings') as {
  compress(data: Uint8Array, level: number): Promise<Uint8Array>
  decompress(data: Uint8Array): Promise<Uint8Array>
}

const TREELESS = 3
const REPEATED = 3
const SIZE = 500_000
const ws = new Workspace()
const src = ws.arena.alloc(SIZE)
const dst = ws.arena.alloc(SIZE + 4096)
const scratch = ws.arena.alloc(ws.kernels.zstdCompressScratch(SIZE, 9))

/** Where the sequences of a block start: after literals that are stored, one byte, or coded. */
function afterLiterals(bytes: Buffer, at: number): number {
  const type = (bytes[at] ?? 0) & 3
  const format = ((bytes[at] ?? 0) >> 2) & 3
  if (type < 2) {
    const headBytes = format === 1 ? 2 : format === 3 ? 3 : 1
    const size = bytes.readUIntLE(at, headBytes) >> (headBytes === 1 ? 3 : 4)
    return at + headBytes + (type === 1 ? 1 : size)
  }
  const [headBytes, width] = format < 2 ? [3, 10] : format === 2 ? [4, 14] : [5, 18]
  return at + headBytes + Math.floor(bytes.readUIntLE(at, headBytes) / 2 ** (4 + width))
}

/** How often each type of literals comes in a frame of one segment, and each mode among the tables of sequences. */
function kindsIn(frame: Uint8Array): { literals: number[]; modes: number[] } {
  const bytes = Buffer.from(frame)
  const literals = [0, 0, 0, 0]
  const modes = [0, 0, 0, 0]
  const add = (kinds: number[], kind: number): void => {
    kinds[kind] = (kinds[kind] ?? 0) + 1
  }
  let at = 5 + ([1, 2, 4, 8][(bytes[4] ?? 0) >> 6] ?? 0)
  for (let isLast = false; !isLast; ) {
    const head = bytes.readUIntLE(at, 3)
    isLast = (head & 1) === 1
    at += 3
    if (((head >> 1) & 3) === 2) {
      add(literals, (bytes[at] ?? 0) & 3)
      const sequences = afterLiterals(bytes, at)
      const count = bytes[sequences] ?? 0
      const byte = bytes[sequences + (count < 128 ? 1 : count < 255 ? 2 : 3)] ?? 0
      if (count > 0) for (const shift of [6, 4, 2]) add(modes, (byte >> shift) & 3)
    }
    at += ((head >> 1) & 3) === 1 ? 1 : head >> 3
  }
  return { literals, modes }
}

let state = 5
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) | 0
  return (state >>> 8) / 2 ** 24
}

/** Few literals in each block, and alike from block to block: a description would take more than they gain by it. */
const plain = Buffer.alloc(SIZE)
for (let i = 0, from = 0; i < SIZE; i++) {
  if (i % 400 === 0) from = 1 + Math.floor(random() * 4000)
  plain[i] = i > 4000 && i % 400 < 385 ? (plain[i - from] ?? 0) : Math.floor(24 * random() ** 2)
}

test('trees and tables are taken over, and libzstd reads them', async () => {
  let [treeless, repeated] = [0, 0]
  for (const level of [1, 3, 5, 7, 9]) {
    ws.view(src, SIZE).set(plain)
    const size = ws.kernels.zstdCompress(src, SIZE, dst, SIZE, level, 0, scratch)
    const frame = Buffer.from(ws.view(dst, size))
    const { literals, modes } = kindsIn(frame)
    treeless += literals[TREELESS] ?? 0
    repeated += modes[REPEATED] ?? 0
    expect(Buffer.compare(await libzstd.decompress(frame), plain)).toBe(0)
    expect(ws.kernels.zstdDecompress(dst, size, src, SIZE, SIZE, ws.table)).toBe(SIZE)
    expect(Buffer.compare(ws.view(src, SIZE), plain)).toBe(0)
  }
  expect(treeless).toBeGreaterThan(0)
  expect(repeated).toBeGreaterThan(0)
})

test('those that libzstd takes over are read here', async () => {
  const frame = await libzstd.compress(plain, 5)
  const { literals, modes } = kindsIn(frame)
  expect((literals[TREELESS] ?? 0) + (modes[REPEATED] ?? 0)).toBeGreaterThan(0)
  ws.view(dst, frame.length).set(frame)
  expect(ws.kernels.zstdDecompress(dst, frame.length, src, SIZE, SIZE, ws.table)).toBe(SIZE)
  expect(Buffer.compare(ws.view(src, SIZE), plain)).toBe(0)
})

test('blocks that are stored in between leave them as they were', async () => {
  const mixed = Buffer.concat([
    plain.subarray(0, 140_000),
    Buffer.alloc(140_000),
    plain.subarray(140_000, 340_000),
  ])
  for (let i = 140_000; i < 280_000; i++) mixed[i] = Math.floor(random() * 256)
  for (const level of [1, 3, 5, 7, 9]) {
    ws.view(src, mixed.length).set(mixed)
    const size = ws.kernels.zstdCompress(src, mixed.length, dst, SIZE, level, 0, scratch)
    const frame = Buffer.from(ws.view(dst, size))
    expect(Buffer.compare(await libzstd.decompress(frame), mixed)).toBe(0)
  }
})
