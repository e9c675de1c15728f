// Makes damaged archives from sound ones: the same one for the same seed and iteration.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadChecksum } from '../../dist/chunk/checksums.js'
import { Archive } from '../../dist/format/bloscpack/archive.js'
import { ChunkWalk } from '../../dist/format/bloscpack/walk.js'
import { compress, MemorySource } from '../../dist/index.js'
import { Workspace } from '../../dist/kernels/workspace.js'
import { makeFrameSeeds } from './frames.mjs'
import { makeHdf5Seeds } from './hdf5.mjs'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'blp', 'archives')
const LARGEST_FIXTURE = 8000
const CODECS = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
const SHUFFLES = ['none', 'byte', 'bit']
/** There are few HDF5 files to damage: how often each of them stands among the others. */
const HDF5_SHARE = 8
const INTS = [0, 1, -1, 2, 127, 128, 255, 256, 32767, 65535, 2 ** 24, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 17]

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Where things are in a sound archive: fields that count, and chunks with their digests. */
async function mapOf(bytes) {
  const archive = await Archive.open(new MemorySource(bytes))
  const fields = [4, 5, 6, 7, 8, 12, 16, 20, 24, 28]
  if (archive.header.metadata) fields.push(32, 41, 42, 43, 44, 48, 52, 64)
  for (let at = archive.offsetsAt; at < Math.min(archive.chunksAt, archive.offsetsAt + 64); at += 8)
    fields.push(at)
  const chunks = []
  const walk = new ChunkWalk(archive)
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) {
    const { position, header } = chunk
    chunks.push({ start: position, end: position + header.cbytes })
    for (const at of [0, 1, 2, 3, 4, 8, 12, 16, 20, 24]) fields.push(position + at)
    if (!header.memcpyed && header.nblocks > 0) {
      const block = new DataView(bytes.buffer, bytes.byteOffset).getUint32(position + 16, true)
      fields.push(position + block, position + block + 4)
    }
  }
  const checksum = await loadChecksum(archive.checksum, () => new Workspace())
  const fix = (changed) => fixDigests({ chunks, checksum }, changed)
  return { kind: 'blp', bytes, fields: fields.filter((at) => at + 8 <= bytes.length), fix }
}

function plainFor(i) {
  return Uint8Array.from({ length: 900 + 37 * i }, (_, at) => (at % 4 === 0 ? at >> 4 : at % 4 === 1 ? i : 0))
}

/** All archives that are damaged: small ones of Python's tool, and ours of every codec and filter. */
export async function makeSeeds() {
  const seeds = []
  for (const name of readdirSync(FIXTURES).sort()) {
    const path = join(FIXTURES, name)
    if (statSync(path).size <= LARGEST_FIXTURE) seeds.push(await mapOf(Uint8Array.from(readFileSync(path))))
  }
  for (const [i, codec] of CODECS.entries()) {
    for (const [k, shuffle] of SHUFFLES.entries()) {
      const checksum = ['None', 'crc32', 'xxh64'][(i + k) % 3]
      const metadata =
        k === 0 ? {} : { metadata: '{"dtype":"\'<i4\'","shape":[225],"order":"C","container":"numpy"}' }
      const options = { codec, shuffle, checksum, typesize: 4, threads: 1, chunkSize: 400, maxAppChunks: 3 }
      const offsets = (i + k) % 4 !== 0
      seeds.push(await mapOf(await compress(plainFor(i), { ...options, ...metadata, offsets })))
    }
  }
  return [...seeds, ...(await makeFrameSeeds()), ...(await manyTimes(HDF5_SHARE, makeHdf5Seeds))]
}

/** A few seeds that count as many. */
async function manyTimes(count, make) {
  const seeds = await make()
  return Array.from({ length: count }, () => seeds).flat()
}

function editInt(bytes, at, random) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const old = view.getInt32(at, true)
  const value = random() < 0.5 ? old + (random() < 0.5 ? 1 : -1) : INTS[Math.floor(random() * INTS.length)]
  const kind = random()
  if (kind < 0.3) bytes[at] = value
  else if (kind < 0.8) view.setInt32(at, value, true)
  else view.setBigInt64(at, BigInt(value) * (random() < 0.3 ? 2n ** 32n : 1n), true)
}

/** Puts right digests behind chunks, so that what is wrong inside gets past them. */
function fixDigests({ chunks, checksum }, bytes) {
  for (const { start, end } of chunks) {
    if (end + checksum.size <= bytes.length) bytes.set(checksum.digest(bytes.subarray(start, end)), end)
  }
}

/** The damaged file of an iteration, and what it was. */
export async function mutate(seeds, seed, iteration) {
  const random = randomOf(Math.imul(seed, 0x9e3779b1) + Math.imul(iteration, 0x85ebca6b))
  const int = (most) => Math.floor(random() * most)
  const base = seeds[int(seeds.length)]
  let bytes = base.bytes.slice()
  const inPlace = [
    () => {
      bytes[int(bytes.length)] ^= 1 << int(8)
    },
    () => {
      bytes[int(bytes.length)] = int(256)
    },
    () => editInt(bytes, base.fields[int(base.fields.length)], random),
    () => editInt(bytes, base.fields[int(base.fields.length)], random),
    () => bytes.fill(int(256), int(bytes.length), int(bytes.length)),
    () => {
      const from = int(bytes.length)
      bytes.copyWithin(int(bytes.length), from, from + int(200))
    },
  ]
  const moving = [
    () => bytes.slice(0, int(bytes.length)),
    () => {
      const at = int(bytes.length)
      const other = seeds[int(seeds.length)].bytes
      const from = int(other.length)
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + int(600)), bytes.subarray(at)])
    },
    () => {
      const at = int(bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + int(100))])
    },
    () => Buffer.concat([bytes, bytes.subarray(int(bytes.length))]),
  ]
  for (let n = 1 + int(4); n > 0; n--) inPlace[int(inPlace.length)]()
  if (random() < 0.6) await base.fix(bytes)
  if (random() < 0.3) bytes = Uint8Array.from(moving[int(moving.length)]())
  return { kind: base.kind, bytes }
}
