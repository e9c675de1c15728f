// Packing to a store against uploading what is packed already: npm run bench:s3 [-- --size 200] [--runs 5]
// [--sets sensor,random] [--dir /dev/shm/blpk-bench-s3]. The store is a versitygw on this machine; the others
// are whatever of `s5cmd` and `aws` is there.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { itemSize, prepare } from './data.mjs'
import { alternate } from './measure.mjs'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '200' },
    runs: { type: 'string', default: '5' },
    sets: { type: 'string', default: 'sensor,random' },
    dir: { type: 'string', default: existsSync('/dev/shm') ? '/dev/shm/blpk-bench-s3' : '.bench/s3' },
  },
})
const GATEWAY = join('.peers', 'bin', process.platform === 'win32' ? 'versitygw.exe' : 'versitygw')
const [ACCESS, SECRET] = ['bench-access', 'bench-secret']

function have(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts a store over a directory, and makes it the one that all tools talk to. */
async function startStore(directory) {
  const [data, side] = ['data', 'side'].map((name) => join(directory, name))
  mkdirSync(join(data, 'bucket'), { recursive: true })
  mkdirSync(side)
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: ACCESS,
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_S3: endpoint,
    S3_ENDPOINT_URL: endpoint,
  })
  const args = ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', side, data]
  const env = { ...process.env, ROOT_ACCESS_KEY: ACCESS, ROOT_SECRET_KEY: SECRET }
  const child = spawn(GATEWAY, args, { env, stdio: 'ignore' })
  await setTimeout(1000)
  return child
}

const blpk = (...args) => [process.execPath, 'bin/blpk.js', ...args]

/** Each tool with the command that brings the data there. */
function tools(input, packed, typesize) {
  const to = (name) => `s3://bucket/${name}.blp`
  return [
    ['blpk compress', blpk('c', '-f', '-t', String(typesize), input, to('blpk'))],
    ['blpk to a file', blpk('c', '-f', '-t', String(typesize), input, packed)],
    have('s5cmd') && ['s5cmd cp', ['s5cmd', 'cp', packed, to('s5cmd')]],
    have('aws') && ['aws s3 cp', ['aws', 's3', 'cp', '--quiet', packed, to('aws')]],
  ].filter(Boolean)
}

function measure(set) {
  const input = prepare(values.dir, set, Number(values.size) * 1e6)
  const packed = join(values.dir, 'packed.blp')
  alternate([{ argv: blpk('c', '-f', '-t', String(itemSize(set)), input, packed) }], 1, () => {})
  const commands = tools(input, packed, itemSize(set))
  const results = alternate(
    commands.map(([, argv]) => ({ argv })),
    Number(values.runs),
    () => {},
  )
  const megabytes = (path) => (statSync(path).size / 1e6).toFixed(0)
  console.log(`\n${set}: ${megabytes(input)} MB, ${megabytes(packed)} MB packed`)
  commands.forEach(([name], i) => {
    const { seconds, memory } = results[i]
    const times = (seconds / results[0].seconds).toFixed(2)
    console.log(`${name.padEnd(16)} ${seconds.toFixed(3).padStart(8)} s  × ${times}  ${memory.toFixed(0)} MB`)
  })
  for (const path of [input, packed]) rmSync(path)
}

if (!existsSync(GATEWAY)) {
  console.error('bench:s3: no versitygw: run node scripts/setup-s3.mjs')
  process.exit(1)
}
if (!have('s5cmd') && !have('aws')) console.log('note: neither s5cmd nor aws is there to compare with')
rmSync(values.dir, { recursive: true, force: true })
mkdirSync(values.dir, { recursive: true })
const store = await startStore(values.dir)
try {
  console.log(
    `${availableParallelism()} cores, medians of ${values.runs} runs in turns; × is the time by that of blpk`,
  )
  for (const set of values.sets.split(',')) measure(set)
} finally {
  store.kill()
  rmSync(values.dir, { recursive: true, force: true })
}
