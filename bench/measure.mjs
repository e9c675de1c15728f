// Runs whole commands and takes their wall time and peak memory.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os'
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

/** How far the middle half of the values lies apart, as a part of the median. */
function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))]
  return (at(0.75) - at(0.25)) / median(sorted)
}

/** The machine in a line: figures of different ones do not compare. */
export function machine() {
  const all = cpus()
  const cores = `${availableParallelism()} of ${all.length} cores (${all[0]?.model.trim() ?? 'unknown'})`
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const load = loadavg()[0]?.toFixed(1)
  return `${platform()} ${release()}, ${cores}, ${memory}, node ${process.version}, load ${load}`
}

/**
 * Runs several commands in turns, so that a slow minute of the machine hits all of them.
 * @param after called after each run, to check and remove what it left: a RAM disk does not hold them all
 * @param before called before each run, outside of its time, to remove what an earlier one left
 * @returns for each command its median seconds, their spread and the largest memory
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
  return results.map(({ seconds, memory }) => ({
    seconds: median(seconds),
    spread: spreadOf(seconds),
    memory: Math.max(...memory),
  }))
}

/**
 * Writes and removes a file, so that later runs find memory that is there. On a virtual machine the first use of a page of
 * a RAM disk asks the host for it, which takes longer than the run, and hits whoever comes first.
 * @param total in bytes
 */
export function warm(path, total) {
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
