// Cases of the Blosc2 bench with the library. Each line on standard input is a case with its arguments as JSON;
// the answer is how long it took, in seconds, and a checksum of what it gave. As arguments: one case, and out.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ArrayValue, loadTensor, NDArray, SChunk, saveTensor } from '../../dist/esm/index.js'

const kept = new Map()

async function keep(key, make) {
  if (!kept.has(key)) kept.set(key, await make())
  return kept.get(key)
}

function typed(path, type) {
  const { buffer, byteOffset, length } = readFileSync(path)
  return new type(buffer.slice(byteOffset, byteOffset + length))
}

const f8 = (path) => keep(path, () => typed(path, Float64Array))
const f4 = (path) => keep(path, () => typed(path, Float32Array))
/** Of the first bytes; all of them would take longer than the case. */
const sum = (bytes) => bytes.subarray(0, 1 << 20).reduce((total, byte) => total + byte, 0)

const CASES = {
  async slice({ path, axis, index, ndim }) {
    const array = await keep(path, () => NDArray.open(path))
    const keys = Array.from({ length: ndim }, (_, i) => (i === axis ? index : undefined))
    return () => array.slice(keys).then(({ data }) => data)
  },
  async save({ input, path, codec, level }) {
    const array = ArrayValue.from(await f8(input))
    return () => saveTensor(array, path, { codec, level, overwrite: true }).then(() => new Uint8Array())
  },
  async load({ path, shared }) {
    return () => loadTensor(path, { shared }).then(({ data }) => data)
  },
  async from({ input, path, shape, chunks, blocks, codec, level }) {
    const items = await f4(input)
    return async () => {
      const array = await NDArray.fromTypedArray(items, { shape, chunks, blocks, codec, level })
      await array.save(path, { overwrite: true })
      return new Uint8Array()
    }
  },
  async whole({ path }) {
    const array = await keep(path, () => NDArray.open(path))
    return () => array.slice().then(({ data }) => data)
  },
  async items({ path, count }) {
    const schunk = await keep(path, () => SChunk.open(path))
    const items = schunk.nbytes / schunk.typesize
    return async () => {
      const all = new Uint8Array(count * schunk.typesize)
      let state = 1
      for (let i = 0; i < count; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        const at = state % items
        all.set(await schunk.slice(at, at + 1), i * schunk.typesize)
      }
      return all
    }
  },
  forget() {
    kept.clear()
    return () => new Uint8Array()
  },
}

async function run({ name, ...args }) {
  const action = await CASES[name](args)
  const start = performance.now()
  const bytes = await action()
  const seconds = (performance.now() - start) / 1000
  return { seconds, check: sum(bytes) }
}

if (process.argv[2] !== undefined) {
  await run(JSON.parse(process.argv[2]))
} else {
  for await (const line of createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await run(JSON.parse(line))))
}
