// The same with the library: in count typesize.
import * as zlib from 'node:zlib'
import { openArchive, RangeReader } from '../../dist/esm/index.js'

const [source, count, typesize] = process.argv.slice(2)
const items = 4096 / typesize
const archive = await openArchive(source)
const reader = new RangeReader(archive)
let state = 1
let check = 0
for (let i = 0; i < count; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  const start = (state % (archive.nbytes / typesize - items)) * typesize
  for await (const piece of reader.pieces({ start, stop: start + 4096 })) check = zlib.crc32(piece, check)
}
console.log(check)
await archive.close()
