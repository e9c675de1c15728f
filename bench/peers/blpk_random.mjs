// The same with the library: in count typesize.
import * as zlib from 'node:zlib'
import { open } from '../../dist/esm/index.js'

const [source, count, typesize] = process.argv.slice(2)
const items = 4096 / typesize
const opened = await open(source)
const out = new Uint8Array(4096)
let state = 1
let check = 0
for (let i = 0; i < count; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  const start = (state % (opened.nbytes / typesize - items)) * typesize
  check = zlib.crc32(await opened.bytes(start, start + 4096, { out }), check)
}
console.log(check)
await opened.close()
