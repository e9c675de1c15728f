// Sound frames to damage: of every codec and filter, with and without checksums, of all kinds of chunks.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkEnds, sealTrailer, xxh64Of } from '../../dist/format/chunks/checksums.js'
import { NDArray, SChunk } from '../../dist/index.js'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'b2', 'frames')
const LARGEST_FIXTURE = 8000
const CODECS = ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd']
const FILTERS = [[], ['shuffle'], ['bitshuffle'], ['delta', 'shuffle'], ['shuffle', 'bytedelta']]
const HEADER_FIELDS = [11, 16, 20, 25, 26, 30, 34, 39, 43, 48, 53, 58, 68, 71, 77, 87, 90, 93, 97, 100]

function plainFor(i) {
  return Uint8Array.from({ length: 1200 }, (_, at) => (at % 4 === 0 ? at >> 4 : at % 4 === 1 ? i : 0))
}

const u32 = (bytes, at, little) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, little)

/** Where header, chunks, index and trailer of a sound frame are. */
function layoutOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const headerBytes = view.getUint32(11)
  const trailerAt = bytes.length - view.getUint32(bytes.length - 22)
  const indexAt = Math.min(trailerAt, headerBytes + (bytes[26] === 1 ? 0 : Number(view.getBigInt64(39))))
  const chunks = []
  for (let at = headerBytes; at + 16 <= indexAt; at += Math.max(16, u32(bytes, at + 12, true)))
    chunks.push(at)
  return { headerBytes, indexAt, trailerAt, chunks }
}

/** Puts right digests where they stood, so that what is wrong inside gets past them. */
async function sealed(bytes, { headerBytes, indexAt, trailerAt, chunks }, digestsAt) {
  for (const [i, start] of chunks.entries()) {
    const digest = await xxh64Of(bytes.subarray(start, chunks[i + 1] ?? indexAt))
    if (digestsAt + 8 * i + 8 <= bytes.length) bytes.set(digest, digestsAt + 8 * i)
  }
  const header = bytes.subarray(0, headerBytes)
  await sealTrailer({ header, index: bytes.subarray(indexAt, trailerAt), trailer: bytes.subarray(trailerAt) })
}

async function mapOf(bytes) {
  const layout = layoutOf(bytes)
  const { headerBytes, indexAt, trailerAt, chunks } = layout
  const fields = [...HEADER_FIELDS]
  for (const start of [...chunks, indexAt])
    for (const at of [0, 2, 3, 4, 8, 12, 16, 21, 22, 29, 30, 31, 32, 36, 40]) fields.push(start + at)
  for (let at = trailerAt; at < Math.min(bytes.length, trailerAt + 40); at += 3) fields.push(at)
  for (const back of [22, 17, 16, 8]) fields.push(bytes.length - back)
  const ends = {
    header: bytes.subarray(0, headerBytes),
    index: bytes.subarray(indexAt, trailerAt),
    trailer: bytes.subarray(trailerAt),
  }
  const isSealed = (await checkEnds(ends)) === 'right'
  const digestsAt = bytes.length - 23 - 8 * chunks.length
  const fix = (changed) =>
    isSealed && changed.length === bytes.length ? sealed(changed, layout, digestsAt) : undefined
  return { kind: 'frame', bytes, fields: fields.filter((at) => at + 8 <= bytes.length), fix }
}

async function schunks() {
  const frames = []
  for (const [i, codec] of CODECS.entries()) {
    for (const [k, filters] of FILTERS.entries()) {
      const checksum = (i + k) % 3 === 0 ? 'none' : 'xxh64'
      const options = { codec, filters, checksum, typesize: 4, chunkSize: 400, blockSize: 128 }
      const s = await SChunk.create(options, plainFor(i))
      if (k % 2 === 1) s.vlmeta.set('note', Uint8Array.of(0xa1, 0x61))
      if (k === 2) await s.updateChunk(1, new Uint8Array(400))
      if (k === 3) await s.appendChunk(new Uint8Array(40).fill(3))
      frames.push(await s.toCframe())
    }
  }
  return frames
}

async function arrays() {
  const frames = []
  for (const [shape, chunks, blocks] of [
    [[300], [80], [30]],
    [
      [13, 17],
      [6, 8],
      [4, 3],
    ],
    [
      [5, 6, 7],
      [2, 3, 4],
      [2, 2, 2],
    ],
    [[], [], []],
  ]) {
    const a = await NDArray.zeros(shape, '<i4', { chunks, blocks, codec: 'lz4' })
    await a.set(
      [],
      Int32Array.from({ length: a.size }, (_, i) => i * i),
    )
    frames.push(await a.toCframe())
  }
  frames.push(await (await NDArray.nans([40, 40], '<f8', { chunks: [10, 10], blocks: [5, 5] })).toCframe())
  return frames
}

/** All frames that are damaged: small ones of C-Blosc2, and ours. */
export async function makeFrameSeeds() {
  const seeds = []
  for (const name of readdirSync(FIXTURES).sort()) {
    const path = join(FIXTURES, name)
    const stat = statSync(path)
    if (stat.isFile() && stat.size <= LARGEST_FIXTURE)
      seeds.push(await mapOf(Uint8Array.from(readFileSync(path))))
  }
  for (const frame of [...(await schunks()), ...(await arrays())])
    seeds.push(await mapOf(Uint8Array.from(frame)))
  return seeds
}
