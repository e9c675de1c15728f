// The library next to b2h5py, h5py with hdf5plugin, and PyTables: npm run bench:hdf5 [-- --quick] [--runs 7]
// [--dir /dev/shm/blpk-bench-h5] [--only slices,whole,write] [--python python]. All run at the same time and take turns;
// each times its own calls. The array is that of b2h5py's own bench.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine, median, warm } from './measure.mjs'
import { Peer } from './peer.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    dir: { type: 'string' },
    only: { type: 'string' },
    python: { type: 'string' },
  },
})
const runs = Number(values.runs ?? (values.quick ? 3 : 7))
const dir = values.dir ?? (existsSync('/dev/shm') ? '/dev/shm/blpk-bench-h5' : '.bench/h5')
const python = values.python ?? ownPython()
/** Threads of all of them. */
const THREADS = { BLOSC_NTHREADS: '2', BLOSC2_NTHREADS: '2' }
const SHAPE = values.quick ? [20, 50, 300, 250] : [50, 100, 300, 250]
const CHUNKS = [10, 25, 150, 100]
const BLOCKS = [10, 25, 32, 32]
const NBYTES = 4 * SHAPE.reduce((product, extent) => product * extent, 1)
const CODECS = [
  ['lz4', 5],
  ['zstd', 1],
]

/** That of the project, with the libraries that the bench needs. */
function ownPython() {
  const found = join('.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  execFileSync(found, ['-m', 'pip', 'install', '--quiet', '-r', 'bench/requirements.txt'], {
    stdio: 'inherit',
  })
  return found
}

const rows = []
const cell = (text) => text.padStart(12)

function report(name, names, seconds) {
  const [ours = 0, ...others] = seconds
  rows.push({ name, ...Object.fromEntries(names.map((one, i) => [one, seconds[i]])) })
  const times = others.map((one) => cell(`${one.toFixed(3)} ${(one / ours).toFixed(2)}×`))
  console.log([name.padEnd(26), cell(ours.toFixed(3)), ...times].join(' '))
}

/**
 * Runs a case with several, in turns.
 * @param work by the number of the run and of the peer
 * @param nbytes how many bytes of memory or RAM disk a run asks for, to have them warm
 */
async function compare(peers, name, work, nbytes = 0) {
  const sides = Object.entries(peers)
  const seconds = sides.map(() => [])
  // The first run of each is not counted: it meets files and memory that nobody used before.
  for (let run = -1; run < runs; run++) {
    const checks = []
    for (const [side, [, peer]] of sides.entries()) {
      const todo = work(Math.max(run, 0), side)
      warm(join(dir, 'warm'), 2.5 * nbytes)
      const result = await peer.run(todo)
      if (run >= 0) seconds[side].push(result.seconds)
      checks.push(result.check)
    }
    if (checks.some((check) => check !== checks[0])) throw new Error(`${name}: the results differ`)
  }
  report(
    name,
    sides.map(([one]) => one),
    seconds.map(median),
  )
}

function head(peers) {
  const [ours, ...others] = Object.keys(peers)
  console.log(`\n${[' '.repeat(26), cell(`${ours} s`), ...others.map((one) => cell(`${one} s`))].join(' ')}`)
}

async function forget(peers) {
  for (const peer of Object.values(peers)) await peer.run({ name: 'forget' })
}

/** Makes the array with each codec, and gives it to a function. */
async function withArrays(peers, use) {
  for (const [codec, level] of CODECS) {
    const path = join(dir, 'leaps.h5')
    await peers.h5py.run({ name: 'make', path, shape: SHAPE, chunks: CHUNKS, blocks: BLOCKS, codec, level })
    await use(path, `${codec} ${level}`)
    await forget(peers)
    rmSync(path)
  }
}

/** One index along an axis, and all along the others. */
async function slices(peers) {
  head(peers)
  await withArrays(peers, async (path, how) => {
    for (let axis = 0; axis < 4; axis++)
      await compare(peers, `slice along axis ${axis}, ${how}`, (run) => ({
        name: 'slice',
        path,
        axis,
        index: (7 * run + 3) % SHAPE[axis],
        ndim: 4,
      }))
  })
}

async function whole({ blpk, h5py }) {
  const peers = { blpk, h5py }
  head(peers)
  await withArrays(peers, async (path, how) => {
    const what = `all ${Math.round(NBYTES / 1e6)} MB, ${how}`
    await compare(peers, what, () => ({ name: 'whole', path }), NBYTES)
    const shared = (_run, side) => ({ name: 'whole', path, ...(side === 0 && { shared: true }) })
    await compare(peers, 'the same, shared', shared, NBYTES)
  })
}

async function write({ blpk, h5py }) {
  const peers = { blpk, h5py }
  const paths = [join(dir, 'ours.h5'), join(dir, 'theirs.h5')]
  head(peers)
  for (const [codec, level] of [...CODECS, ['zstd', 5]]) {
    const work = (_run, side) => {
      rmSync(paths[side], { force: true })
      return { name: 'write', path: paths[side], shape: SHAPE, chunks: CHUNKS, codec, level }
    }
    await compare(peers, `write, ${codec} ${level}`, work, NBYTES / 4)
    const sizes = paths.map((path) => `${(statSync(path).size / 1e6).toFixed(1)} MB`)
    console.log(`${' '.repeat(26)} ${sizes.map(cell).join(' ')}`)
  }
  await forget(peers)
}

async function main() {
  const groups = { slices, whole, write }
  const wanted = (values.only ?? Object.keys(groups).join(',')).split(',')
  mkdirSync(dir, { recursive: true })
  mkdirSync('.bench', { recursive: true })
  const theirs = (reader) => new Peer([python, 'bench/peers/hdf5_cases.py', reader], THREADS)
  const peers = {
    blpk: new Peer([process.execPath, 'bench/peers/hdf5_cases.mjs']),
    b2h5py: theirs('b2h5py'),
    h5py: theirs('h5py'),
    tables: theirs('tables'),
  }
  console.log(`${dir}, ${machine()}\nmedians of ${runs} in turns; × is how much longer than blpk`)
  try {
    for (const name of wanted) await groups[name](peers)
  } finally {
    for (const peer of Object.values(peers)) peer.close()
    rmSync(dir, { recursive: true, force: true })
  }
  writeFileSync('.bench/hdf5.json', `${JSON.stringify(rows, undefined, 1)}\n`)
}

await main()
