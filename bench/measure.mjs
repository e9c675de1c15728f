// Runs whole commands and takes their wall time and peak memory.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TIME = '/usr/bin/time'
const hasTime = existsSync(TIME)
const report = join(tmpdir(), `blpk-bench-${process.pid}`)

/** @returns { seconds, memory } with the peak resident size in MB where it can be had */
export function runOnce({ argv, stdout }) {
  const [file, ...args] = hasTime ? [TIME, '-f', '%M', '-o', report, ...argv] : argv
  const out = stdout === undefined ? 'ignore' : openSync(stdout, 'w')
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(file, args, { stdio: ['ignore', out, 'pipe'] })
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  if (out !== 'ignore') closeSync(out)
  if (status !== 0) throw new Error(`${argv.join(' ')} failed: ${stderr}`)
  const memory = hasTime ? Number(readFileSync(report, 'utf8')) / 1024 : Number.NaN
  rmSync(report, { force: true })
  return { seconds, memory }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs several commands in turns, so that a slow minute of the machine hits all of them.
 * @param after called after each run, to check and remove what it left: a RAM disk does not hold them all
 * @param before called before each run, outside of its time
 * @returns for each command its median seconds and the largest memory
 */
export function alternate(commands, runs, after, before = () => {}) {
  const results = commands.map(() => ({ seconds: [], memory: [] }))
  for (let run = 0; run < runs; run++) {
    commands.forEach((command, i) => {
      before(command)
      const { seconds, memory } = runOnce(command)
      results[i].seconds.push(seconds)
      results[i].memory.push(memory)
      after(command, run === runs - 1)
    })
  }
  return results.map((r) => ({ seconds: median(r.seconds), memory: Math.max(...r.memory) }))
}

/**
 * Writes and removes more than a run will write. On a virtual machine the first use of a page of a RAM disk asks
 * the host for it, which takes longer than the run, and hits whoever comes first; as much as the run writes is not
 * enough, because the host takes pages back meanwhile.
 */
export function warm(path, nbytes) {
  const total = 2.5 * nbytes
  const piece = Buffer.alloc(2 ** 22)
  const fd = openSync(path, 'w')
  for (let at = 0; at < total; at += piece.length) writeSync(fd, piece)
  closeSync(fd)
  rmSync(path)
}

/** Are two files the same? */
export function sameFile(a, b) {
  return spawnSync('cmp', ['-s', a, b]).status === 0
}
