// npm run bench:kernels: filters, codecs and checksums alone, one thread, in GB/s of plain bytes, next to a plain copy.
import { createRequire } from 'node:module'
import * as zlib from 'node:zlib'
import { loadChecksum } from '../dist/chunk/checksums.js'
import { StreamContext } from '../dist/codecs/codec.js'
import { codecByName } from '../dist/codecs/registry.js'
import { loneChunk } from '../dist/core/schunk-traits.js'
import { Workspace } from '../dist/kernels/workspace.js'

const BLOCK = 128 * 1024
const SECONDS = 0.25
const ws = new Workspace()
const { kernels } = ws
const [plain, filtered, packed, tmp] = [0, 0, 0, 0].map(() => ws.arena.alloc(BLOCK + 1024))

/** A quantised float32 walk, as the sensor data set of the bench. */
function fillPlain() {
  const items = new Float32Array(BLOCK / 4)
  let state = 1
  let value = 20
  for (let i = 0; i < items.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    value += (state / 2 ** 32 - 0.5) * 0.02
    items[i] = Math.round(value * 1000) / 1000
  }
  ws.view(plain, BLOCK).set(new Uint8Array(items.buffer))
}

async function rate(action) {
  let rounds = 0
  const start = performance.now()
  let now = start
  while (now - start < SECONDS * 1000) {
    for (let i = 0; i < 16; i++) {
      const result = action()
      if (result instanceof Promise) await result
    }
    rounds += 16
    // Results of native libraries are freed only when the event loop turns.
    await new Promise(setImmediate)
    now = performance.now()
  }
  return (rounds * BLOCK) / (now - start) / 1e6
}

async function show(name, action, note = '') {
  console.log(`${name.padEnd(28)} ${(await rate(action)).toFixed(2).padStart(8)} GB/s  ${note}`)
}

fillPlain()
await show('copy', () => ws.view(filtered, BLOCK).set(ws.view(plain, BLOCK)))
for (const typesize of [2, 3, 4, 8, 16, 24]) {
  await show(`shuffle ${typesize}`, () => kernels.shuffle(typesize, BLOCK, plain, filtered))
  await show(`unshuffle ${typesize}`, () => kernels.unshuffle(typesize, BLOCK, filtered, tmp))
  await show(`bitshuffle ${typesize}`, () => kernels.bitshuffle(typesize, BLOCK, plain, filtered, tmp))
  await show(`bitunshuffle ${typesize}`, () => kernels.bitunshuffle(typesize, BLOCK, filtered, packed, tmp))
}
kernels.shuffle(4, BLOCK, plain, filtered)
for (const [name, level] of [
  ['lz4', 5],
  ['lz4', 9],
  ['lz4hc', 5],
  ['blosclz', 7],
  ['snappy', 5],
  ['zlib', 5],
  ['zstd', 3],
  ['zstd', 5],
]) {
  const codec = codecByName(name)
  const context = new StreamContext(ws, { schunk: loneChunk(4, BLOCK) }, { level })
  const encode = () => {
    context.stream(filtered, BLOCK, packed, BLOCK)
    return codec.encode(context)
  }
  const cbytes = await encode()
  const decode = () => {
    context.stream(packed, cbytes, tmp, BLOCK)
    context.want = BLOCK
    return codec.decode(context)
  }
  const ratio = `ratio ${(BLOCK / cbytes).toFixed(2)}, one stream of ${BLOCK / 1024} KiB`
  await show(`${name} ${level} compress`, encode, ratio)
  await show(`${name} ${level} decompress`, decode)
}
const lz4napi = createRequire(import.meta.url)('lz4-napi')
const bytes = Buffer.from(ws.view(filtered, BLOCK))
const block = lz4napi.compressSync(bytes)
await show(
  'lz4-napi compress',
  () => lz4napi.compressSync(bytes),
  `ratio ${(BLOCK / block.length).toFixed(2)}`,
)
await show('lz4-napi decompress', () => lz4napi.uncompressSync(block))
for (const name of ['crc32', 'adler32', 'xxh64', 'md5', 'sha256']) {
  const checksum = await loadChecksum(name, () => ws)
  await show(
    name,
    () => checksum.digest(ws.view(filtered, BLOCK)),
    name === 'crc32' && !zlib.crc32 ? 'kernel' : '',
  )
}
await show('crc32 kernel', () => kernels.crc32(filtered, BLOCK, 0))
