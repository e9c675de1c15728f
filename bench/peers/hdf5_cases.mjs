// Cases of the HDF5 bench with the library. Each line on standard input is a case with its arguments as JSON;
// the answer is how long it took, in seconds, and a checksum of what it gave.
import { createInterface } from 'node:readline'
import { ArrayValue, compress, open } from '../../dist/esm/index.js'

const THREADS = 2
const kept = new Map()

async function keep(key, make) {
  if (!kept.has(key)) kept.set(key, await make())
  return kept.get(key)
}

/** As `numpy.linspace(0, 1)` makes them. */
function numbers(shape) {
  const count = shape.reduce((product, extent) => product * extent, 1)
  return Float32Array.from({ length: count }, (_, i) => i * (1 / (count - 1)))
}

/** Of the first bytes; all of them would take longer than the case. */
const sum = (bytes) => bytes.subarray(0, 1 << 20).reduce((total, byte) => total + byte, 0)

const CASES = {
  async slice({ path, axis, index, ndim }) {
    const dataset = await keep(path, () => open(path, { threads: THREADS }))
    const keys = Array.from({ length: ndim }, (_, i) => (i === axis ? index : undefined))
    return () => dataset.slice(keys).then(({ data }) => data)
  },
  async whole({ path, shared }) {
    const dataset = await keep(path, () => open(path, { threads: THREADS }))
    return () => dataset.slice([], { shared }).then(({ data }) => data)
  },
  async write({ path, shape, chunks, codec, level }) {
    const array = await keep(`${shape}`, () => ArrayValue.from(numbers(shape), shape))
    const o = { chunks, codec, level, shuffle: 'byte', threads: THREADS, overwrite: true }
    return () => compress(array, path, o).then(() => new Uint8Array())
  },
  async forget() {
    for (const one of kept.values()) await one.close?.()
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

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await run(JSON.parse(line))))
