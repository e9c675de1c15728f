// Tries damaged archives, frames and HDF5 files until it is told to stop. Says before each one which it is.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import { append as appendSources, BytesPlainSource, decompress, MemorySource } from '../../dist/index.js'
import { answer, attemptAll } from '../hostile/attempt.mjs'
import { attemptFrame } from '../hostile/attempt-frame.mjs'
import { attemptHdf5 } from '../hostile/attempt-hdf5.mjs'
import { makeSeeds, mutate } from './mutate.mjs'

const [seed, first, count] = process.argv.slice(2).map(Number)
const ADDED = new Uint8Array(801).fill(9)
const directory = mkdtempSync(join(tmpdir(), 'blpk-fuzz-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

/** An append to damage fails and changes nothing, or leaves what it left before and the new data. */
async function append(bytes, isSound) {
  const path = join(directory, 'a.blp')
  writeFileSync(path, bytes)
  const source = new BytesPlainSource(new MemorySource(ADDED))
  const said = await answer(() => appendSources(path, source, { raw: true, threads: 1 }))
  if (said.startsWith('threw')) return said
  const after = readFileSync(path)
  if (said !== 'ok') return after.equals(bytes) ? said : 'threw: a failed append has changed the archive'
  if (!isSound) return said
  const report = await verifyArchive(new MemorySource(after), { deep: true, threads: 1 })
  if (!report.ok) return `threw: an append to a sound archive has damaged it: ${report.findings[0]?.message}`
  const before = await decompress(bytes, { threads: 1 })
  const plain = await decompress(after, { threads: 1 })
  const isSame = Buffer.compare(plain, Buffer.concat([before, ADDED])) === 0
  return isSame ? said : 'threw: the data after an append are not the right ones'
}

function report(iteration, answers) {
  const wrong = Object.entries(answers).filter(([, said]) => `${said}`.startsWith('threw'))
  if (wrong.length > 0) process.send({ iteration, finding: Object.fromEntries(wrong) })
}

const seeds = await makeSeeds()
for (let i = first; i < first + count; i++) {
  process.send({ iteration: i, rss: process.memoryUsage.rss() })
  const { kind, bytes } = await mutate(seeds, seed, i)
  if (kind === 'h5') {
    const answers = await attemptHdf5(bytes)
    const unread = Object.entries(answers).find(
      ([what, said]) => /^(names|read)/.test(what) && !['ok', 'UNSUPPORTED', 'USAGE'].includes(said),
    )
    // What verifies must be readable.
    if (answers.isOk && unread !== undefined)
      answers.verify = `threw: verify says ok, but ${unread[0]} says ${unread[1]}`
    report(i, answers)
    continue
  }
  if (kind === 'frame') {
    const answers = await attemptFrame(bytes)
    // What verifies must be readable, if only what it needs is here.
    const isRead = [answers.read, answers.array].some((said) => ['ok', 'UNSUPPORTED'].includes(said))
    if (answers.isOk && !isRead) answers.verify = `threw: verify says ok, but read says ${answers.read}`
    report(i, answers)
    continue
  }
  const answers = await attemptAll(bytes)
  const all = { ...answers, append: await append(Buffer.from(bytes), answers.isOk) }
  // What verifies must be readable, and the other way round.
  if (answers.isOk && answers.read !== 'ok')
    all.verify = `threw: verify --deep says ok, but read says ${answers.read}`
  report(i, all)
}
process.send({ done: true })
process.disconnect()
