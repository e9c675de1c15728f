// The library next to the blosc2 wheel: npm run bench:blosc2 [-- --quick] [--runs 7] [--dir /dev/shm/blpk-bench-b2]
// [--only slices,tensors,sparse,items]. Both run at the same time and take turns; each times its own calls.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepare } from './data.mjs'
import { alternate, median, warm } from './measure.mjs'
import { Peer } from './peer.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    dir: { type: 'string' },
    only: { type: 'string' },
  },
})
const runs = Number(values.runs ?? (values.quick ? 3 : 7))
const dir = values.dir ?? (existsSync('/dev/shm') ? '/dev/shm/blpk-bench-b2' : '.bench/b2')
const python = join('.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const OURS = [process.execPath, 'bench/peers/blosc2_cases.mjs']
const THEIRS = [python, 'bench/peers/blosc2_cases.py']
const CODECS = [
  ['lz4', 5],
  ['zstd', 1],
]

const rows = []

function report(name, ours, theirs) {
  rows.push({ name, ours, theirs, gain: theirs / ours })
  const cells = [name.padEnd(44), ours.toFixed(3).padStart(9), theirs.toFixed(3).padStart(9)]
  console.log(`${cells.join(' ')} ${(theirs / ours).toFixed(2).padStart(7)}`)
}

/**
 * Runs a case with both, in turns.
 * @param work of each side by the number of the run
 * @param nbytes how many bytes of memory or RAM disk a run asks for, to have them warm
 */
async function compare(peers, name, work, nbytes = 0) {
  const seconds = [[], []]
  // The first run of each is not counted: it meets files and memory that nobody used before.
  for (let run = -1; run < runs; run++) {
    const checks = []
    for (const [side, peer] of peers.entries()) {
      const todo = work(Math.max(run, 0), side)
      warm(join(dir, 'warm'), 2.5 * nbytes)
      const result = await peer.run(todo)
      if (run >= 0) seconds[side].push(result.seconds)
      checks.push(result.check)
    }
    if (checks[0] !== checks[1]) throw new Error(`${name}: the results differ`)
  }
  report(name, median(seconds[0]), median(seconds[1]))
}

async function forget(peers) {
  for (const peer of peers) await peer.run({ name: 'forget' })
}

/** Orthogonal slices of the array of the LEAPS report: 3 GB of float64. */
async function slices(peers) {
  const shape = values.quick ? [20, 50, 300, 250] : [50, 100, 300, 250]
  for (const [codec, level] of CODECS) {
    const path = join(dir, 'leaps.b2nd')
    const parts = { chunks: [10, 25, 150, 100], blocks: [10, 25, 32, 32] }
    await peers[1].run({ name: 'linspace', path, shape, ...parts, codec, level })
    for (let axis = 0; axis < 4; axis++)
      await compare(peers, `slice along axis ${axis}, ${codec} ${level}`, (run) => ({
        name: 'slice',
        path,
        axis,
        index: (7 * run + 3) % shape[axis],
        ndim: 4,
      }))
    await forget(peers)
    rmSync(path)
  }
}

/** One array of float64 to a file and back. */
async function tensors(peers) {
  const nbytes = values.quick ? 200e6 : 1000e6
  for (const set of ['linspace', 'walk']) {
    const input = prepare(dir, set, nbytes)
    for (const [codec, level] of [...CODECS, ['zstd', 5]]) {
      const paths = [join(dir, 'ours.b2frame'), join(dir, 'theirs.b2frame')]
      const what = `${set} ${nbytes / 1e6} MB, ${codec} ${level}`
      const save = (_run, side) => {
        rmSync(paths[side], { force: true })
        return { name: 'save', input, path: paths[side], codec, level }
      }
      // Each reads what the other one wrote.
      const load = (shared) => (_run, side) => ({
        name: 'load',
        path: paths[1 - side],
        ...(side === 0 && { shared }),
      })
      await compare(peers, `saveTensor ${what}`, save, nbytes)
      await compare(peers, `loadTensor ${what}`, load(false), nbytes)
      await compare(peers, `the same, shared`, load(true), nbytes)
      for (const path of paths) rmSync(path)
    }
    await forget(peers)
    rmSync(input)
  }
}

/** A stack of pictures that are mostly zeros, float32. */
async function sparse(peers) {
  const count = values.quick ? 200 : 1000
  const shape = [count, 500, 500]
  const input = prepare(dir, 'sparse', count * 1e6)
  const parts = { chunks: [10, 250, 250], blocks: [1, 125, 250] }
  const paths = [join(dir, 'ours.b2nd'), join(dir, 'theirs.b2nd')]
  const [codec, level] = CODECS[0]
  await compare(peers, `sparse stack ${count} MB, packed to a file`, (_run, side) => {
    rmSync(paths[side], { force: true })
    return { name: 'from', input, path: paths[side], shape, ...parts, codec, level }
  })
  await forget(peers)
  rmSync(input)
  const path = paths[1]
  await compare(peers, 'sparse stack, all of it', () => ({ name: 'whole', path }), count * 1e6)
  for (const axis of [0, 2])
    await compare(peers, `sparse stack, slice along axis ${axis}`, (run) => ({
      name: 'slice',
      path,
      axis,
      index: (31 * run + 5) % shape[axis],
      ndim: 3,
    }))
  await forget(peers)
  for (const file of paths) rmSync(file)
}

/** Single items at random, float32. */
async function items(peers) {
  const nbytes = values.quick ? 200e6 : 2000e6
  const path = join(dir, 'items.b2frame')
  for (const [codec, level] of CODECS) {
    const input = prepare(dir, 'sensor', nbytes)
    await peers[1].run({ name: 'make', input, path, typesize: 4, codec, level })
    await forget(peers)
    rmSync(input)
    const work = { name: 'items', path, count: 1000 }
    await compare(peers, `1000 items of ${nbytes / 1e6} MB, ${codec} ${level}`, () => work)
    const whole = [OURS, THEIRS].map((argv) => ({ argv: [...argv, JSON.stringify(work)] }))
    const [ours, theirs] = alternate(whole, runs, () => {})
    report('the same, the whole process', ours.seconds, theirs.seconds)
    await forget(peers)
    rmSync(path)
  }
}

async function main() {
  const groups = { slices, tensors, sparse, items }
  const wanted = (values.only ?? Object.keys(groups).join(',')).split(',')
  mkdirSync(dir, { recursive: true })
  mkdirSync('.bench', { recursive: true })
  const peers = [new Peer(OURS), new Peer(THEIRS)]
  console.log(`${dir}, ${availableParallelism()} cores, node ${process.version}, medians of ${runs} in turns`)
  console.log(`${' '.repeat(44)} ${'ours s'.padStart(9)} ${'blosc2 s'.padStart(9)} ${'× ours'.padStart(7)}`)
  try {
    for (const name of wanted) await groups[name](peers)
  } finally {
    for (const peer of peers) peer.close()
    rmSync(dir, { recursive: true, force: true })
  }
  writeFileSync('.bench/blosc2.json', `${JSON.stringify(rows, undefined, 1)}\n`)
}

await main()
