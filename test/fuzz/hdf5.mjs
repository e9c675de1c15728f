// Sound HDF5 files to damage: small ones of other programs, and ours. Checksums of metadata are put right again.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lookup3 } from '../../dist/format/hdf5/bytes/lookup3.js'
import { compress } from '../../dist/index.js'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'h5')
const SMALL = ['structure/pytables.h5', 'strings/strings.h5']
/** Blocks whose fields count, and those that end with a checksum. */
const BLOCKS = [
  'TREE',
  'SNOD',
  'HEAP',
  'GCOL',
  'OHDR',
  'OCHK',
  'FRHP',
  'FHDB',
  'BTHD',
  'BTLF',
  'FAHD',
  'EAHD',
]
const FIELDS_OF_BLOCK = 12
const OHDR_FIXED = 6
const FLAG_TIMES = 0x20
const FLAG_PHASE = 0x10

function positionsOf(bytes, text) {
  const found = []
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + 1)) found.push(at)
  return found
}

/** Where the checksum of a version 2 object header is; undefined if the header is not whole. */
function headerEnd(bytes, at) {
  const flags = bytes[at + 5] ?? 0
  const size = at + OHDR_FIXED + (flags & FLAG_TIMES ? 16 : 0) + (flags & FLAG_PHASE ? 4 : 0)
  const width = 1 << (flags & 3)
  let length = 0
  for (let i = width - 1; i >= 0; i--) length = length * 256 + (bytes[size + i] ?? 0)
  const end = size + width + length
  return end + 4 <= bytes.length ? end : undefined
}

/** Puts right checksums of object headers and of a superblock of version 2, so that what is wrong inside gets past them. */
function fix(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes[8] === 2) view.setUint32(44, lookup3(bytes.subarray(0, 44)), true)
  for (const at of positionsOf(bytes, 'OHDR')) {
    const end = headerEnd(bytes, at)
    if (end !== undefined) view.setUint32(end, lookup3(bytes.subarray(at, end)), true)
  }
}

function mapOf(bytes) {
  const fields = Array.from({ length: 12 }, (_, i) => 8 * i)
  for (const at of BLOCKS.flatMap((text) => positionsOf(bytes, text)))
    for (let i = 0; i < FIELDS_OF_BLOCK; i++) fields.push(at + 4 * i)
  return { kind: 'h5', bytes, fields: fields.filter((at) => at + 8 <= bytes.length), fix }
}

/** All files that are damaged. */
export async function makeHdf5Seeds() {
  const seeds = SMALL.map((name) => mapOf(Uint8Array.from(readFileSync(join(FIXTURES, name)))))
  for (const [codec, shape] of [
    ['lz4', [300]],
    ['zstd', [13, 17]],
    ['blosclz', [5, 6, 7]],
  ]) {
    const items = new Uint8Array(
      Int32Array.from({ length: shape.reduce((n, extent) => n * extent, 1) }, (_, i) => i * i).buffer,
    )
    const chunks = shape.map((extent) => Math.ceil(extent / 3))
    const options = { format: 'h5', codec, dtype: '<i4', shape, chunks, metadata: '{"unit":"m","n":[1,2.5]}' }
    seeds.push(mapOf(Uint8Array.from(await compress(items, options))))
  }
  return seeds
}
